package dev.crossfade.jooq.codegen;

import dev.crossfade.jooq.codegen.EntityModel.ComponentModel;
import dev.crossfade.jooq.codegen.EntityModel.Finder;
import java.util.ArrayList;
import java.util.List;

/** The methods of a finder, the same in the interface and in what implements it. */
final class Signatures {
  private final EntityModel model;
  private final JavaFile file;

  /**
   * A method without its body.
   *
   * @param head result and name
   * @param parameters with their types
   */
  record Method(String head, List<String> parameters) {}

  Signatures(EntityModel model, JavaFile file) {
    this.model = model;
    this.file = file;
  }

  /** The type of the key. */
  String key() {
    return model.hasCompositeKey() ? model.keyClass() : file.boxed(model.key().get(0).type());
  }

  Method one(Finder finder) {
    return method(file.type("java.util.Optional") + "<" + model.className() + "> findBy", finder);
  }

  Method all(Finder finder) {
    return method(list() + " findBy", finder);
  }

  Method first(Finder finder) {
    return method(list() + " findBy", finder, "int " + limit(finder));
  }

  Method page(Finder finder) {
    String key =
        model.hasCompositeKey()
            ? "@" + file.type("org.jspecify.annotations.Nullable") + " " + model.keyClass()
            : file.nullable(model.key().get(0).type());
    return method(list() + " findBy", finder, key + " " + after(finder), "int " + limit(finder));
  }

  Method exists(Finder finder) {
    return method("boolean existsBy", finder);
  }

  /** The names of what it finds by, as arguments. */
  static List<String> arguments(Finder finder) {
    return finder.by().stream().map(ComponentModel::name).toList();
  }

  String limit(Finder finder) {
    return free("limit", "maxRows", finder);
  }

  String after(Finder finder) {
    return free("after", "afterKey", finder);
  }

  private static String free(String name, String otherwise, Finder finder) {
    return arguments(finder).contains(name) ? otherwise : name;
  }

  private String list() {
    return file.type("java.util.List") + "<" + model.className() + ">";
  }

  private Method method(String head, Finder finder, String... more) {
    List<String> parameters = new ArrayList<>();
    finder.by().forEach(part -> parameters.add(file.type(part.type()) + " " + part.name()));
    parameters.addAll(List.of(more));
    return new Method(head + finder.suffix(), parameters);
  }
}
