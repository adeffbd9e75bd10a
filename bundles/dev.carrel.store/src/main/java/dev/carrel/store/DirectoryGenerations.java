package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.Generations;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Profiles as links in a store's directory. Its own threads come one after the other, other processes by a lock. */
@Component
public final class DirectoryGenerations implements Generations {
  private final DirectoryStore store;
  private final Host host;

  @Activate
  public DirectoryGenerations(@Reference DirectoryStore store, @Reference Host host) {
    this.store = store;
    this.host = host;
  }

  private Layout layout() {
    return new Layout(store.directory());
  }

  private GenerationFiles files(ProfileName profile) {
    return new GenerationFiles(layout(), profile);
  }

  @Override
  public List<ProfileName> profiles() {
    TreeMap<String, ProfileName> names = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(layout().profiles())) {
      for (Path entry : entries) {
        if (Files.isSymbolicLink(entry)) {
          try {
            names.put(entry.getFileName().toString(), new ProfileName(entry.getFileName().toString()));
          } catch (IllegalArgumentException e) {
            // the link of a generation, or half a step of somebody who was killed
          }
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw layout().failure("list the profiles in " + layout().profiles(), e);
    }
    return new ArrayList<>(names.values());
  }

  @Override
  public Path link(ProfileName profile) {
    return files(profile).link();
  }

  @Override
  public Optional<Generation> current(ProfileName profile) {
    GenerationFiles files = files(profile);
    try {
      int number = files.current();
      return number == 0 ? Optional.empty() : Optional.of(files.read(number));
    } catch (IOException e) {
      throw layout().failure("read the profile " + profile, e);
    }
  }

  @Override
  public List<Generation> all(ProfileName profile) {
    GenerationFiles files = files(profile);
    List<Generation> all = new ArrayList<>();
    try {
      for (int number : files.numbers()) {
        all.add(files.read(number));
      }
    } catch (IOException e) {
      throw layout().failure("read the generations of the profile " + profile, e);
    }
    return all;
  }

  /** What is done while nobody else changes the profile. */
  private interface Change<T> {
    T make(GenerationFiles files) throws IOException;
  }

  private synchronized <T> T change(String attempt, ProfileName profile, Change<T> change) {
    Layout layout = layout();
    layout.prepare(host.account());
    GenerationFiles files = new GenerationFiles(layout, profile);
    try (PatientLock.Held held = files.lock()) {
      return change.make(files);
    } catch (IOException e) {
      throw layout.failure(attempt + " the profile " + profile, e);
    }
  }

  @Override
  public Optional<Generation> add(ProfileName profile, int expected, StorePath item, List<Chosen> packages, Progress progress) {
    store.bringHome(item, progress);
    store.hold(List.of(item));
    return change("change", profile, files -> {
      if (files.current() != expected) {
        return Optional.empty();
      }
      if (!store.isValid(item)) {
        throw CarrelException.failed("cannot change the profile " + profile + ": " + item + " is not in the store " + store.directory()
            + ". Add it first");
      }
      int number = files.takeNumber();
      try {
        files.make(number, item, packages);
        files.go(number);
      } catch (IOException | RuntimeException e) {
        if (files.current() != number) {
          files.delete(number);
        }
        throw e;
      }
      return Optional.of(files.read(number));
    });
  }

  @Override
  public Generation switchTo(ProfileName profile, int number) {
    requireProfile(profile);
    return change("switch", profile, files -> {
      if (!files.numbers().contains(number)) {
        throw unknown(profile, number, files.numbers());
      }
      Generation generation = files.read(number);
      files.go(number);
      return generation;
    });
  }

  @Override
  public Generation rollBack(ProfileName profile) {
    requireProfile(profile);
    return change("roll back", profile, files -> {
      Integer before = files.numbers().lower(files.current());
      if (before == null) {
        throw CarrelException.usage("cannot roll back the profile " + profile + ": there is no generation before " + files.current()
            + ", at which it is. carrel profile generations lists those there are");
      }
      Generation generation = files.read(before);
      files.go(before);
      return generation;
    });
  }

  @Override
  public void delete(ProfileName profile, Collection<Integer> numbers) {
    requireProfile(profile);
    change("delete generations of", profile, files -> {
      TreeSet<Integer> there = files.numbers();
      for (int number : numbers) {
        if (!there.contains(number)) {
          throw unknown(profile, number, there);
        }
        if (number == files.current()) {
          throw CarrelException.usage("cannot delete generation " + number + " of the profile " + profile
              + ": the profile is at it. Go to another first, with: carrel profile switch");
        }
      }
      for (int number : numbers) {
        files.delete(number);
      }
      return numbers;
    });
  }

  /** Nothing is made for a profile that is not there. */
  private void requireProfile(ProfileName profile) {
    if (!Files.isSymbolicLink(link(profile))) {
      throw CarrelException.usage("there is no profile " + profile + ". carrel profile install --profile=" + profile + " PACKAGE makes it");
    }
  }

  private static CarrelException unknown(ProfileName profile, int number, TreeSet<Integer> there) {
    return CarrelException.usage("the profile " + profile + " has no generation " + number + ": there "
        + (there.size() == 1 ? "is " : "are ") + there.toString().replaceAll("[\\[\\]]", "") + ". See carrel profile generations");
  }
}
