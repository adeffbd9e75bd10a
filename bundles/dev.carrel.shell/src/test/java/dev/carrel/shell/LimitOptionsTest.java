package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitOptionsTest {
  private static Option[] parsed(String... words) {
    Options options = new Options();
    LimitOptions.addTo(options);
    return LifeLine.parse("update", options, words).line().getOptions();
  }

  private static Limits limits(String... words) {
    return LimitOptions.of("update", parsed(words));
  }

  @Test
  void each_option_says_one_thing_and_the_last_word_counts() {
    assertThat(limits("--memory=1G", "--memory-high=512M", "--swap=0", "--cpus=1.5", "--cpu-weight=50", "--cpuset=0-1,3", "--pids=unlimited",
        "--io-weight=10000", "--hugetlb=2MB=64M", "--memory=2g")).isEqualTo(Limits.none().withMemory(new Bound(2L << 30))
        .withMemoryHigh(new Bound(512 << 20)).withSwap(new Bound(0)).withCpus(new Bound(1500)).withCpuWeight(50)
        .withCpuset(new NumberSet(List.of(0, 1, 3))).withProcesses(Bound.none()).withIoWeight(10_000).withHugePages(Map.of("2MB", new Bound(64 << 20))));
    assertThat(LimitOptions.any(parsed())).isFalse();
    assertThat(limits().isEmpty()).isTrue();
  }

  @Test
  void rates_of_a_disk_are_put_together() {
    assertThat(limits("--io-max=8:16:rbps=1M,wiops=100", "--io-max=8:16:wbps=unlimited,wiops=7").io()).containsExactly(new IoLimit(8, 16,
        Optional.of(new Bound(1 << 20)), Optional.of(Bound.none()), Optional.empty(), Optional.of(new Bound(7))));
  }

  @ParameterizedTest
  @CsvSource({"0.01, 10", "1, 1000", "1.5, 1500", "0.125, 125", "64, 64000"})
  void processors_have_three_digits_behind_the_point(String text, long thousandths) {
    assertThat(limits("--cpus=" + text).cpus()).hasValue(new Bound(thousandths));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--memory=", "--memory=-1", "--memory=NaN", "--memory=1X", "--memory=0", "--memory=1k", "--memory=1.5G", "--memory=9999999999999999",
      "--memory-high=x", "--swap=-1", "--cpus=-1", "--cpus=NaN", "--cpus=0", "--cpus=1e3", "--cpus=.5", "--cpus=1.2345", "--cpus=Infinity", "--cpu-weight=0",
      "--cpu-weight=10001", "--cpu-weight=-5", "--cpuset=", "--cpuset=3-1", "--cpuset=9999", "--pids=0", "--pids=-1", "--pids=4194305", "--pids=1.5",
      "--io-weight=x", "--io-max=x", "--io-max=/dev/null:rbps=1", "--io-max=/nowhere:rbps=1", "--io-max=8:0:rbps=0", "--io-max=8:0:speed=1",
      "--io-max=8:0:rbps", "--io-max=99999:0:rbps=1", "--hugetlb=64M", "--hugetlb=x=1", "--hugetlb=2MB=-1", "--hugetlb=../2MB=1"})
  void what_makes_no_sense_is_refused_with_its_option(String option) {
    assertThatThrownBy(() -> limits(option)).isInstanceOf(CarrelException.class).hasMessageStartingWith("carrel update: ")
        .hasMessageContaining(option.substring(0, option.indexOf('='))).hasMessageEndingWith("See carrel update --help");
  }

  @Test
  void what_more_bytes_there_are_than_can_be_counted_is_as_much_as_can_be() {
    assertThat(limits("--memory=999999999999999E").memory()).hasValue(new Bound(Long.MAX_VALUE));
    assertThat(Arrays.asList(LimitReport.size(1 << 20), LimitReport.size(1536), LimitReport.size(Long.MAX_VALUE))).containsExactly("1 MiB", "1.5 KiB", "8 EiB");
  }
}
