package dev.crossfade.readme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Every type and method that an application or an adapter can name says what it is for. */
class DocumentationTest {
  private static final Path ROOT = Path.of("../..");

  @Test
  void everythingPublicIsDocumented() throws IOException {
    List<Path> sources = sources();
    assertThat(sources).hasSizeGreaterThan(150);
    assertThat(undocumented(sources)).isEmpty();
  }

  /** Of all modules that are published; examples are no API. */
  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String modules : List.of("core", "jooq-codegen", "adapters")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(modules))) {
        files
            .filter(path -> path.toString().contains("/src/main/java/"))
            .filter(path -> path.toString().endsWith(".java"))
            .forEach(sources::add);
      }
    }
    return sources;
  }

  private static List<String> undocumented(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      Search search = new Search(DocTrees.instance(task));
      for (CompilationUnitTree unit : task.parse()) {
        search.scan(unit, null);
      }
      return search.undocumented;
    }
  }

  private static final class Search extends TreePathScanner<Void, Void> {
    private final DocTrees docs;
    private final List<String> undocumented = new ArrayList<>();

    Search(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      if (isVisible(type.getModifiers(), parent())) {
        require(type.getSimpleName().toString());
        return super.visitClass(type, null);
      }
      return null; // nobody outside can name what is in it
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      boolean overrides =
          method.getModifiers().getAnnotations().stream()
              .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
      boolean compact =
          method.getName().contentEquals("<init>") && parent().getKind() == Tree.Kind.RECORD;
      if (!overrides && !compact && isVisible(method.getModifiers(), parent())) {
        require(((ClassTree) parent()).getSimpleName() + "." + method.getName());
      }
      return null;
    }

    private Tree parent() {
      return getCurrentPath().getParentPath().getLeaf();
    }

    private static boolean isVisible(ModifiersTree modifiers, Tree parent) {
      Set<Modifier> flags = modifiers.getFlags();
      return flags.contains(Modifier.PUBLIC)
          || flags.contains(Modifier.PROTECTED)
          || ((parent.getKind() == Tree.Kind.INTERFACE
                  || parent.getKind() == Tree.Kind.ANNOTATION_TYPE)
              && !flags.contains(Modifier.PRIVATE));
    }

    private void require(String name) {
      TreePath path = getCurrentPath();
      DocCommentTree comment = docs.getDocCommentTree(path);
      if (comment == null || comment.getFirstSentence().isEmpty()) {
        undocumented.add(
            ROOT.relativize(Path.of(path.getCompilationUnit().getSourceFile().getName()))
                + ": "
                + name);
      }
    }
  }
}
