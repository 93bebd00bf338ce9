package dev.crossfade.jooq.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crossfade.jooq.codegen.SqlScript.Statement;
import org.junit.jupiter.api.Test;

final class SqlScriptTest {
  @Test
  void aSemicolonInsideOfSomethingEndsNothing() {
    assertThat(
            SqlScript.statements(
                """
                -- first; comment
                create table a (x text default ';', "y;" text, [z;] text); /* ; */

                create table b (x);;
                create table c (x)\
                """))
        .extracting(Statement::line)
        .containsExactly(2, 4, 5);
  }

  @Test
  void aTriggerEndsWithItsOwnEnd() {
    assertThat(
            SqlScript.statements(
                """
                create trigger t after insert on a begin
                  update b set x = case when x is null then 1 else 2 end;
                  delete from c;
                end;
                create table d (x);
                """))
        .extracting(Statement::line)
        .containsExactly(1, 5);
  }
}
