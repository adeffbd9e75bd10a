package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRepositoryTest {
  @TempDir Path home;

  private void settings(String content) throws IOException {
    Files.writeString(Files.createDirectories(home.resolve(".m2")).resolve("settings.xml"), content);
  }

  private static String settingsWith(String local) {
    return "<?xml version=\"1.0\"?>\n<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\">\n <!-- <localRepository>/no</localRepository> -->\n"
        + " <profiles><profile><localRepository>/nor/this</localRepository></profile></profiles>\n <localRepository> " + local + " </localRepository>\n</settings>\n";
  }

  private Path local(String... environment) {
    return LocalRepository.of(environment.length == 0 ? Map.of() : Map.of(environment[0], environment[1]), home);
  }

  @Test
  void it_is_beside_the_settings_where_nothing_is_said() throws Exception {
    assertThat(local()).isEqualTo(home.resolve(".m2/repository"));
    settings("<settings/>");
    assertThat(local()).isEqualTo(home.resolve(".m2/repository"));
  }

  @Test
  void it_is_what_the_settings_say() throws Exception {
    settings(settingsWith("/srv/jars"));
    assertThat(local()).isEqualTo(Path.of("/srv/jars"));
  }

  @Test
  void variables_in_the_settings_have_their_values() throws Exception {
    settings(settingsWith("${user.home}/${env.WHERE}"));
    assertThat(local("WHERE", "a$b")).isEqualTo(home.resolve("a$b"));
  }

  @Test
  void options_of_maven_count_more_and_the_last_one_most() throws Exception {
    settings(settingsWith("/srv/jars"));
    assertThat(local("MAVEN_OPTS", "-Xmx1g -Dmaven.repo.local=/first -Dmaven.repo.local=/opt/jars -ea")).isEqualTo(Path.of("/opt/jars"));
    assertThat(local("MAVEN_OPTS", "-Dmaven.repo.local=\"/opt/my jars\"")).isEqualTo(Path.of("/opt/my jars"));
    assertThat(local("MAVEN_ARGS", "-B -Dmaven.repo.local=/args")).isEqualTo(Path.of("/args"));
    assertThat(local("MAVEN_OPTS", "-Xmx1g -Dother.maven.repo.local=/no")).isEqualTo(Path.of("/srv/jars"));
  }

  @Test
  void settings_that_nobody_can_read_say_nothing_and_fetch_nothing() throws Exception {
    settings("<settings><localRepository>");
    assertThat(local()).isEqualTo(home.resolve(".m2/repository"));
    Path secret = Files.writeString(home.resolve("secret"), "/secret");
    settings("<!DOCTYPE s [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]><settings><localRepository>&x;</localRepository></settings>");
    assertThat(local()).isEqualTo(home.resolve(".m2/repository"));
  }
}
