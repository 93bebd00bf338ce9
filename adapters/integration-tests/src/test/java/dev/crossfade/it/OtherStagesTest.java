package dev.crossfade.it;

import dev.crossfade.Stage;
import dev.crossfade.junit.app.CrossfadeTest;
import org.junit.jupiter.api.Tag;

/** Every operation in the stages that {@link EveryStageTest} leaves out. */
@Tag("exhaustive")
@CrossfadeTest(
    value = Bank.class,
    stages = {Stage.OFF, Stage.DUAL_WRITE, Stage.SHADOW, Stage.RAMP_DOWN, Stage.COMPLETE})
class OtherStagesTest extends EveryStageTest {}
