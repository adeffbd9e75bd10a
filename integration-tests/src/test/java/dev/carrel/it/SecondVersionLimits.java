package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Limits for which it takes control groups of version 2, or that something of the host is changed: swap is added, huge pages, the scheduler of a
 * disk. For a virtual machine to throw away, by {@code integration-tests/limits}; not part of other builds.
 */
class SecondVersionLimits {
  private static final String FILLING = "dd if=/dev/zero of=/shared/file bs=1M count=100; echo done";
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private final List<String> undoing = new ArrayList<>();

  @AfterEach
  void undo() {
    for (String id : carrel("list", "--all", "--quiet").run().out().lines().toList()) {
      carrel("remove", "--force", id).run();
    }
    undoing.forEach(command -> Host.says("sh", "-c", command));
  }

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel limited(List<String> options, String... command) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd"));
    line.addAll(options);
    line.add("--");
    line.addAll(List.of(command));
    return carrel(line.toArray(String[]::new));
  }

  /** Something that only root may change on the host; the second command undoes it. */
  private void change(String command, String undo) {
    assumeTrue(User.weAreRoot(), "needs root, to change the host: " + command);
    Host.says("sh", "-c", command);
    undoing.add(undo);
  }

  private JsonObject used(String name) {
    return JsonParser.parseString(carrel("inspect", name).says()).getAsJsonArray().get(0).getAsJsonObject().getAsJsonObject("usage");
  }

  private void awaitLog(String name, String word) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (!carrel("logs", name).run().out().contains(word)) {
      assertThat(System.nanoTime()).as("%s does not say %s", name, word).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  @Test
  void from_some_memory_on_it_is_taken_back() throws Exception {
    Path shared = Files.createDirectory(directory.resolve("shared"));
    for (String limit : List.of("--memory-high=24M", "--memory-high=unlimited")) {
      String name = limit.contains("unlimited") ? "free" : "held";
      limited(List.of(limit, "-d", "--name=" + name, "--share=" + shared + "=/shared"), "sh", "-c", FILLING + "; exec sleep 4321").says();
      awaitLog(name, "done");
      Files.delete(shared.resolve("file"));
    }
    assertThat(used("held").get("memory-peak").getAsLong()).isLessThan(40 * MIB);
    assertThat(used("free").get("memory-peak").getAsLong()).isGreaterThan(90 * MIB);
  }

  @Test
  void what_may_be_swapped_is_counted_apart() throws Exception {
    Path swap = directory.resolve("swap");
    change("dd if=/dev/zero of=" + swap + " bs=1M count=256 status=none && chmod 600 " + swap + " && mkswap -q " + swap + " && swapon " + swap, "swapoff " + swap);
    String[] greedy = {"python3", "-c", "x = bytearray(120 << 20); print(len(x))"};
    assertThat(limited(List.of("--memory=48M", "--swap=200M"), greedy).says()).isEqualTo((120 << 20) + "\n");
    Carrel.Result without = limited(List.of("--memory=48M", "--swap=0"), greedy).run();
    assertThat(without.status()).as(without.err()).isEqualTo(137);
    assertThat(without.err()).contains("ran out of memory");
    assertThat(limited(List.of("--memory=48M", "--swap=16M"), greedy).run().status()).isEqualTo(137);
  }

  @Test
  void of_huge_pages_it_gets_so_many() {
    Path pages = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    assumeTrue(Files.exists(pages), "needs huge pages of 2 MB");
    change("echo 16 > " + pages, "echo " + Host.says("cat", pages.toString()) + " > " + pages);
    String script = "import mmap; m = mmap.mmap(-1, 8 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000); [m.__setitem__(i << 21, 1) for i in range(4)]; print('all')";
    assertThat(limited(List.of("--hugetlb=2MB=8M"), "python3", "-c", script).says()).isEqualTo("all\n");
    Carrel.Result few = limited(List.of("--hugetlb=2MB=4M"), "python3", "-c", script).run();
    assertThat(few.out()).isEmpty();
    assertThat(few.status()).as(few.err()).isIn(135, 1); // SIGBUS at the third page, or the mapping is refused
  }

  @Test
  void who_weighs_more_reads_more_and_where_nobody_weighs_that_is_said() throws Exception {
    Carrel.Result refused = limited(List.of("--io-weight=900"), "true").run();
    assumeTrue(refused.status() != 0, "this host weighs already");
    assertThat(refused.err()).contains("no disk of this host has a scheduler that weighs", "--io-max");

    Path slow = Files.createDirectory(directory.resolve("slow")); // a disk with which two are too many
    change("modprobe bfq && modprobe null_blk memory_backed=1 gb=1 irqmode=2 completion_nsec=5000000 hw_queue_depth=1 submit_queues=1 && mkfs.ext4 -q /dev/nullb0"
        + " && mount /dev/nullb0 " + slow + " && cd /sys/block/nullb0/queue && echo bfq > scheduler && echo 0 > iosched/low_latency", "until umount " + slow + " 2>/dev/null; do sleep 0.2; done; modprobe -r null_blk");
    Host.says("dd", "if=/dev/urandom", "of=" + slow.resolve("file"), "bs=1M", "count=16", "conv=fsync");
    String reading = "import mmap, os; f = os.open('/shared/file', os.O_RDONLY | os.O_DIRECT); b = mmap.mmap(-1, 65536)\nfor i in range(3): os.fork() # so that there is always one that waits for the disk\nwhile True:\n"
        + "  for i in range(256): os.preadv(f, [b], i * 65536)\n  print('once', flush=True)\n";
    for (String name : List.of("light", "heavy")) {
      limited(List.of("--io-weight=" + (name.equals("light") ? 50 : 800), "-d", "--name=" + name, "--expose=" + slow + "=/shared"),
          "python3", "-c", reading).says();
    }
    awaitLog("heavy", "once");
    long light = used("light").get("read").getAsLong();
    long heavy = used("heavy").get("read").getAsLong();
    TimeUnit.SECONDS.sleep(20);
    light = used("light").get("read").getAsLong() - light;
    heavy = used("heavy").get("read").getAsLong() - heavy;
    System.out.println("light: " + light + " bytes, heavy: " + heavy);
    assertThat((double) heavy / light).isGreaterThan(2);
  }
}
