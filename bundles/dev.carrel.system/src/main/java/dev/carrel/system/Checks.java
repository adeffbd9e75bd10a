package dev.carrel.system;

import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What only the packages of a system can tell: whether it has the programs, users, time zone and locale that its declaration speaks of. */
record Checks(SystemDeclaration declaration, DeclarationPlaces places, Profile profile, Accounts accounts, InitTree tree) {
  private static final Path ZONES = Path.of("/usr/share/zoneinfo");
  private static final Path LOCALES = Path.of("/usr/lib/locale");
  private static final List<String> ALWAYS = List.of("C", "POSIX", "C.UTF-8", "C.utf8");

  /** @throws dev.carrel.api.CarrelException of kind USAGE with the place of what is not there */
  void make() {
    declaration.timezone().ifPresent(this::zone);
    locale();
    for (Service service : declaration.services()) {
      if (!isOmitted(service, tree)) {
        service(service);
      }
    }
  }

  /** Whether an init leaves a service out. */
  static boolean isOmitted(Service service, InitTree tree) {
    return tree.omitted().stream().anyMatch(omission -> omission.what().equals("the service " + service.name()));
  }

  private void zone(String zone) {
    if (!profile.has(ZONES.resolve(zone))) {
      throw places.refusal("timezone", profile.has(ZONES)
          ? "there is no time zone " + zone + " in the package tzdata: names are as below " + ZONES + "; older ones are in the package tzdata-legacy"
          : "the time zone " + zone + " needs the package tzdata: add it to packages");
    }
  }

  private void locale() {
    String locale = declaration.locale();
    int dot = locale.indexOf('.');
    String asDirectory = dot < 0 ? locale : locale.substring(0, dot) + locale.substring(dot).toLowerCase(Locale.ROOT).replace("-", "");
    if (!ALWAYS.contains(locale) && !profile.has(LOCALES.resolve(asDirectory)) && !profile.has(LOCALES.resolve("locale-archive"))) {
      throw places.refusal("locale", "the packages have no locale " + locale + ": add locales-all to packages, or write C.UTF-8");
    }
  }

  private void service(Service service) {
    String key = "service." + service.name();
    accounts.uid(service.user(), key + ".user", "the service " + service.name());
    service.group().ifPresent(group -> accounts.gid(group, key + ".group", "the service " + service.name()));
    program(service.command().get(0), key + ".command", service);
    if (service.readiness() instanceof Readiness.Succeeds succeeds) {
      program(succeeds.command().get(0), key + ".ready-command", service);
    }
  }

  private void program(String program, String key, Service service) {
    if (!profile.hasProgram(program) && !mayComeFromElsewhere(program)) {
      throw places.refusal(key, "the service " + service.name() + " needs the program " + program + ", and the packages have none at "
          + (program.startsWith("/") ? "that path" : "the usual places") + ": add the package that has it");
    }
  }

  /** Whether it can be in what is mapped, stays or is declared. */
  private boolean mayComeFromElsewhere(String program) {
    Stream<Path> places = Stream.of(declaration.mappings().stream().map(mapping -> mapping.target()),
        declaration.persistent().stream().map(directory -> directory.path()),
        Stream.concat(declaration.files().stream(), tree.files().stream()).map(SystemFile::path)).flatMap(one -> one);
    return program.startsWith("/") ? places.anyMatch(Path.of(program)::startsWith)
        : declaration.mappings().stream().anyMatch(mapping -> mapping.target().getFileName().toString().equals(program)
            || mapping.target().toString().matches("/(usr/)?(local/)?s?bin"));
  }
}
