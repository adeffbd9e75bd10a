package dev.carrel.configuration;

import dev.carrel.api.CarrelException;
import dev.carrel.api.configuration.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;

/** What all bundles say by Metatype that they can have configured. */
final class Definitions {
  private static final String OWN = "dev.carrel.";
  /** Settings of libraries that Carrel brings along are its own affair. */
  private static final String OF_LIBRARIES = "org.apache.felix.";

  private final BundleContext context;

  Definitions(BundleContext context) {
    this.context = context;
  }

  static String name(String pid, String key) {
    return (pid.startsWith(OWN) ? pid.substring(OWN.length()) : pid) + "." + key;
  }

  /** One attribute of an object class. */
  record Definition(String pid, AttributeDefinition attribute) {
    String key() {
      return attribute.getID();
    }

    String name() {
      return Definitions.name(pid, key());
    }

    boolean many() {
      return attribute.getCardinality() != 0;
    }

    Setting setting(Configured configured) {
      Optional<Configured.Value> value = configured.get(pid, key()).filter(found -> !found.texts().isEmpty());
      String[] standard = attribute.getDefaultValue();
      List<String> defaults = new ArrayList<>();
      for (String one : standard == null ? new String[0] : standard) {
        if (!one.isEmpty()) {
          defaults.add(one);
        }
      }
      Optional<Path> origin = value.map(Configured.Value::origin);
      String description = attribute.getDescription() == null ? attribute.getName() : attribute.getDescription();
      return new Setting(name(), description, type(), many(), defaults, value.map(Configured.Value::texts).orElse(List.of()), origin);
    }

    private Setting.Type type() {
      return switch (attribute.getType()) {
        case AttributeDefinition.BOOLEAN -> Setting.Type.TRUTH;
        case AttributeDefinition.INTEGER, AttributeDefinition.LONG, AttributeDefinition.SHORT, AttributeDefinition.BYTE -> Setting.Type.NUMBER;
        default -> Setting.Type.TEXT;
      };
    }

    /**
     * Values as JSON has them.
     *
     * @throws CarrelException if they do not fit
     */
    List<Object> checked(List<String> values) {
      if (values.isEmpty() || !many() && values.size() > 1) {
        throw CarrelException.usage("cannot set " + name() + ": it has " + (many() ? "at least one value" : "one value, and here are " + values.size()));
      }
      List<Object> typed = new ArrayList<>();
      for (String value : values) {
        typed.add(checked(value));
      }
      return typed;
    }

    private Object checked(String value) {
      Object typed = typed(value);
      String problem = value.isEmpty() ? "it would be empty; say carrel config unset " + name() + " instead" : attribute.validate(value);
      if (typed == null || problem != null && !problem.isEmpty()) {
        throw CarrelException.usage("cannot set " + name() + " to '" + value + "': " + (typed == null ? "it is to be " + type().meaning() : problem));
      }
      return typed;
    }

    private Object typed(String value) {
      return switch (type()) {
        case TEXT -> value;
        case TRUTH -> value.equals("true") ? Boolean.TRUE : value.equals("false") ? Boolean.FALSE : null;
        case NUMBER -> number(value);
      };
    }

    private static Long number(String value) {
      try {
        return Long.valueOf(value);
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }

  /** All, in the order of their names. */
  List<Definition> all() {
    ServiceReference<MetaTypeService> reference = context.getServiceReference(MetaTypeService.class);
    MetaTypeService types = reference == null ? null : context.getService(reference);
    if (types == null) {
      throw CarrelException.unavailable("no metatype service available: start the bundle org.apache.felix.metatype, which offers one");
    }
    List<Definition> all = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      MetaTypeInformation information = types.getMetaTypeInformation(bundle);
      for (String pid : information == null ? new String[0] : information.getPids()) {
        if (pid.startsWith(OF_LIBRARIES)) {
          continue;
        }
        ObjectClassDefinition type = information.getObjectClassDefinition(pid, null);
        for (AttributeDefinition attribute : type.getAttributeDefinitions(ObjectClassDefinition.ALL)) {
          all.add(new Definition(pid, attribute));
        }
      }
    }
    all.sort(Comparator.comparing(Definition::name));
    return all;
  }
}
