package io.github.vanillanet.serve.api.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/**
 * States which members of an object are required, for generated clients. The service leaves out an
 * absent {@code Optional} and writes every other member. The scan of the records makes the schema
 * of an {@code Optional} nullable. Such a member becomes optional and not nullable; every other
 * member becomes required. Integers get a format.
 *
 * <p>A schema with its own list {@code required} keeps it. In {@code META-INF/openapi.yaml}, {@code
 * x-members-of} lists schemas whose members the schema also has; {@code x-replaces} does the same
 * and removes the listed schemas.
 */
final class SchemaMembers {

  private static final String MEMBERS_OF = "x-members-of";
  private static final String REPLACES = "x-replaces";

  private SchemaMembers() {}

  static void complete(Components components) {
    Map<String, Schema> schemas = new LinkedHashMap<>(components.getSchemas());
    for (Schema schema : components.getSchemas().values()) {
      if (list(schema, MEMBERS_OF).isEmpty()) {
        complete(schema);
      }
    }
    for (Schema schema : components.getSchemas().values()) {
      for (String key : List.of(MEMBERS_OF, REPLACES)) {
        List<String> sources = list(schema, key);
        sources.forEach(source -> copyMembers(schemas.get(source), schema));
        schema.set(key, null);
        if (key.equals(REPLACES)) {
          schemas.keySet().removeAll(sources);
        }
      }
    }
    components.setSchemas(schemas);
  }

  private static List<String> list(Schema schema, String extension) {
    return schema.get(extension) instanceof List<?> names
        ? names.stream().map(Object::toString).toList()
        : List.of();
  }

  private static void copyMembers(Schema source, Schema target) {
    source
        .getProperties()
        .forEach(
            (name, member) -> {
              if (target.getProperties() == null || !target.getProperties().containsKey(name)) {
                target.addProperty(name, member);
              }
            });
  }

  private static void complete(Schema schema) {
    if (List.of(SchemaType.INTEGER).equals(schema.getType()) && schema.getFormat() == null) {
      schema.setFormat("int64"); // without a format, many clients read 32 bits
    }
    if (schema.getProperties() != null) {
      boolean unstated = schema.getRequired() == null;
      Map<String, Schema> members = new LinkedHashMap<>(schema.getProperties());
      for (Map.Entry<String, Schema> member : members.entrySet()) {
        Optional<Schema> present = withoutNull(member.getValue());
        present.ifPresent(it -> schema.addProperty(member.getKey(), it));
        if (unstated && present.isEmpty()) {
          schema.addRequired(member.getKey());
        }
      }
      if (List.of().equals(schema.getRequired())) {
        schema.setRequired(null); // some generators expect a name in the list
      }
    }
    parts(schema).forEach(SchemaMembers::complete);
  }

  /**
   * The schema of a nullable member when it is present.
   *
   * @return empty if the member is not nullable
   */
  private static Optional<Schema> withoutNull(Schema schema) {
    List<SchemaType> types = schema.getType();
    if (types != null && types.contains(SchemaType.NULL)) {
      schema.setType(
          schema.getRef() == null
              ? types.stream().filter(type -> type != SchemaType.NULL).toList()
              : null);
      return Optional.of(schema);
    }
    List<Schema> choices = schema.getAnyOf();
    boolean nullable =
        choices != null
            && choices.size() == 2
            && List.of(SchemaType.NULL).equals(choices.get(1).getType());
    return nullable
        ? Optional.of(choices.get(0).description(schema.getDescription()))
        : Optional.empty();
  }

  private static List<Schema> parts(Schema schema) {
    List<Schema> parts = new ArrayList<>();
    Stream.of(schema.getOneOf(), schema.getAnyOf(), schema.getAllOf())
        .filter(Objects::nonNull)
        .forEach(parts::addAll);
    Optional.ofNullable(schema.getProperties()).map(Map::values).ifPresent(parts::addAll);
    Stream.of(schema.getItems(), schema.getAdditionalPropertiesSchema())
        .filter(Objects::nonNull)
        .forEach(parts::add);
    return parts;
  }
}
