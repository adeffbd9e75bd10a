package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.GuestRange;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.IdRange;
import dev.carrel.api.host.SubordinateIds;
import dev.carrel.environment.Fakes.FakeHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IdentitiesTest {
  private static final IdRange SUBORDINATE = new IdRange(100000, 65536);
  private static final IdRange CONTAINERS = new IdRange(1285881856, 65536);

  private static Account account(long uid, long gid) {
    return new Account("ada", uid, gid, "", Path.of("/home/ada"), "/bin/sh");
  }

  private static Identity identity(Account caller, Account inside, List<IdRange> users, List<IdRange> groups, GuestRange range) {
    FakeHost host = new FakeHost(caller, List.of(), new SubordinateIds(users, groups));
    Fakes.Wanted wanted = new Fakes.Wanted(Path.of("/"));
    wanted.range = range;
    WorkplaceRequest request = wanted.request();
    return new Identities(host, inside).of(request);
  }

  private static Identity ada(GuestRange range, IdRange... ranges) {
    return identity(account(1234, 5678), account(1234, 5678), List.of(ranges), List.of(ranges), range);
  }

  private static Identity root(GuestRange range, long uid, long gid, IdRange... ranges) {
    return identity(account(0, 0), account(uid, gid), List.of(ranges), List.of(ranges), range);
  }

  @Test
  void an_ordinary_user_is_alone_by_default() {
    assertThat(ada(new GuestRange.Standard(), SUBORDINATE))
        .isEqualTo(new Identity(new IdMapping(1234, 1234, 1), new IdMapping(5678, 5678, 1)));
  }

  @Test
  void the_ids_around_ones_own_are_subordinate_ones() {
    Identity identity = ada(new GuestRange.Available(), SUBORDINATE);
    assertThat(identity.users()).containsExactly(
        new IdMapping(1234, 1234, 1), new IdMapping(0, 100000, 1234), new IdMapping(1235, 101234, 64301));
    assertThat(identity.groups()).containsExactly(
        new IdMapping(5678, 5678, 1), new IdMapping(0, 100000, 5678), new IdMapping(5679, 105678, 59857));
  }

  @Test
  void several_ranges_are_used_one_after_the_other() {
    assertThat(ada(new GuestRange.Count(31), new IdRange(500, 10), new IdRange(900, 1000)).users()).containsExactly(
        new IdMapping(1234, 1234, 1), new IdMapping(0, 500, 10), new IdMapping(10, 900, 20));
  }

  @Test
  void given_ids_have_to_be_ones_own() {
    assertThat(ada(new GuestRange.Given(new IdRange(100500, 3)), SUBORDINATE).users()).containsExactly(
        new IdMapping(1234, 1234, 1), new IdMapping(0, 100500, 3));
    assertThatThrownBy(() -> ada(new GuestRange.Given(new IdRange(165530, 10)), SUBORDINATE)).isInstanceOf(CarrelException.class)
        .hasMessageContaining("cannot give a container the ids 165530:10: /etc/subuid gives you 100000:65536");
    assertThatThrownBy(() -> ada(new GuestRange.Given(new IdRange(5, 1)))).hasMessageContaining("gives you none");
  }

  @Test
  void too_many_are_refused_with_what_there_is() {
    assertThatThrownBy(() -> ada(new GuestRange.Count(65538), SUBORDINATE)).isInstanceOf(CarrelException.class)
        .hasMessageContaining("/etc/subuid gives you, ada, only 65536");
    assertThatThrownBy(() -> ada(new GuestRange.Available())).hasMessageContaining("none").hasMessageContaining("ada:FIRST:COUNT");
  }

  @Test
  void nobody_is_root_for_the_host_where_root_starts_it() {
    assertThat(root(new GuestRange.Standard(), 0, 0, CONTAINERS).users()).containsExactly(
        new IdMapping(0, 1285881856, 1), new IdMapping(1, 1285881857, 65535));
    assertThat(root(new GuestRange.Standard(), 42, 77, CONTAINERS).groups()).containsExactly(
        new IdMapping(77, 1285881933, 1), new IdMapping(0, 1285881856, 77), new IdMapping(78, 1285881934, 65458));
  }

  @Test
  void an_id_beyond_the_range_takes_the_place_of_its_last() {
    assertThat(root(new GuestRange.Count(10), 4000000000L, 0, CONTAINERS).users()).containsExactly(
        new IdMapping(4000000000L, 1285881865, 1), new IdMapping(0, 1285881856, 9));
  }

  @Test
  void root_is_itself_where_these_ids_do_not_exist_or_one_is_asked_for() {
    Identity itself = new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1));
    assertThat(root(new GuestRange.Standard(), 0, 0)).isEqualTo(itself);
    assertThat(root(new GuestRange.Count(1), 0, 0, CONTAINERS)).isEqualTo(itself);
  }

  @Property
  void every_id_inside_is_there_once(
      @ForAll @IntRange(max = 40) int uid, @ForAll @IntRange(min = 2, max = 30) int count, @ForAll @IntRange(min = 1, max = 30) int first) {
    List<IdRange> ranges = List.of(new IdRange(1000, first), new IdRange(5000, 100));
    for (long caller : new long[] {0, 77}) {
      Identity identity = identity(account(caller, caller), account(uid, uid), ranges, ranges, new GuestRange.Count(count));
      List<IdMapping> users = new ArrayList<>(identity.users());
      assertThat(users.get(0).inside()).isEqualTo(uid);
      users.sort(Comparator.comparingLong(IdMapping::inside));
      assertThat(users.stream().mapToLong(IdMapping::count).sum()).isEqualTo(count);
      long next = 0;
      for (IdMapping mapping : users) {
        assertThat(mapping.inside()).isEqualTo(mapping.inside() == uid ? uid : next);
        next = mapping.inside() + mapping.count();
      }
    }
  }
}
