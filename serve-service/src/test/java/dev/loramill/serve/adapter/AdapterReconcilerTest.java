package dev.loramill.serve.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.events.AdapterAnnounced;
import dev.loramill.events.AdapterEvaluation;
import dev.loramill.events.AdapterEvicted;
import dev.loramill.events.AdapterLoaded;
import dev.loramill.events.AdapterRefused;
import dev.loramill.events.ArtifactReference;
import dev.loramill.events.LoraSpec;
import dev.loramill.events.ServingStatus;
import dev.loramill.events.TrainServeContract;
import dev.loramill.messaging.Trace;
import dev.loramill.serve.engine.ModelVariant;
import dev.loramill.serve.engine.Variants;
import dev.loramill.serve.model.ServedModel;
import dev.loramill.serve.model.ServedModels;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterReconcilerTest {
    private static final int LIMIT = 4;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void theLaterAnnouncedAdapterAnswersWhicheverPartitionItCameBy() {
        AdapterAnnounced older = adapter(1, "same", AdapterAnnounced.State.LIVE);
        AdapterAnnounced newer = adapter(2, "same", AdapterAnnounced.State.LIVE);
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of());

        // The newer one has the smaller offset, in a partition with fewer records.
        replica.take(record(1, 0, newer, 20));
        replica.take(record(0, 7, older, 10));

        assertThat(replica.routes()).containsEntry("ft:same", newer.adapterId());
    }

    @Test
    void anOlderAnnouncementThatIsSentAgainBringsNothingBack() {
        AdapterAnnounced live = adapter(1, "one", AdapterAnnounced.State.LIVE, 5L);
        AdapterAnnounced retired = adapter(1, "one", AdapterAnnounced.State.RETIRED, 6L);
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of());

        replica.take(record(0, 0, live, 10));
        assertThat(replica.routes()).containsKey("ft:one");
        // By a clock that was set back meanwhile.
        replica.take(record(0, 1, retired, 5));
        assertThat(replica.routes()).doesNotContainKey("ft:one");
        replica.take(record(0, 2, live, 10));
        replica.take(record(1, 0, live, 10));
        assertThat(replica.routes()).doesNotContainKey("ft:one");

        replica.take(record(0, 3, adapter(1, "one", AdapterAnnounced.State.LIVE, 7L), 6));
        assertThat(replica.routes()).containsKey("ft:one");
    }

    @Test
    void anAnnouncementThatComesAgainChangesNothing() {
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of());
        Record live = record(0, 0, adapter(1, "one", AdapterAnnounced.State.LIVE), 1);
        replica.take(live);
        replica.take(record(0, 1, adapter(1, "one", AdapterAnnounced.State.RETIRED), 2));

        replica.take(live);

        assertThat(replica.routes()).isEmpty();
    }

    @Test
    void anUnfitAdapterIsRefusedOncePerAnnouncement() {
        AdapterAnnounced unfit = adapter(1, "unfit", AdapterAnnounced.State.LIVE);
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of(unfit.adapterId()));
        replica.take(record(0, 0, unfit, 1));
        replica.reconcile();
        replica.take(record(0, 1, unfit, 2));
        replica.reconcile();

        assertThat(replica.statuses).hasOnlyElementsOfType(AdapterRefused.class).hasSize(2);
    }

    @Test
    void anAdapterThatFoundNoRoomIsLoadedWhenOneRetires() {
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of());
        for (int id = 0; id <= LIMIT; id++) {
            replica.take(record(0, id, adapter(id, "m" + id, AdapterAnnounced.State.LIVE), id));
        }
        assertThat(replica.routes()).hasSize(LIMIT).doesNotContainKey("ft:m" + LIMIT);
        assertThat(replica.statuses).last().isInstanceOf(AdapterRefused.class);

        replica.take(record(0, 9, adapter(0, "m0", AdapterAnnounced.State.RETIRED), 9));

        assertThat(replica.routes()).hasSize(LIMIT).containsKey("ft:m" + LIMIT);
        assertThat(replica.statuses).last().isInstanceOf(AdapterLoaded.class);
    }

    @Test
    void anAdapterThatFailedIsTriedAgainLessAndLessOftenUntilItsFileIsMended() {
        AdapterAnnounced damaged = adapter(1, "damaged", AdapterAnnounced.State.LIVE);
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of());
        replica.failing.add(damaged.adapterId());
        replica.take(record(0, 0, damaged, 1));
        for (int second = 0; second < 3_600; second += 5) {
            replica.now = START.plusSeconds(second);
            replica.reconcile();
        }
        assertThat(replica.failureCount).isBetween(8, 14);
        // It is told once, not at each try.
        assertThat(replica.statuses).hasOnlyElementsOfType(AdapterRefused.class).hasSize(1);

        replica.failing.clear();
        replica.now = replica.now.plusSeconds(1_000);
        replica.reconcile();

        assertThat(replica.routes()).containsEntry("ft:damaged", damaged.adapterId());
        assertThat(replica.statuses).last().isInstanceOf(AdapterLoaded.class);
    }

    @Test
    void anAnnouncementThatComesAnewIsTriedAtOnce() {
        AdapterAnnounced damaged = adapter(1, "damaged", AdapterAnnounced.State.LIVE);
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of());
        replica.failing.add(damaged.adapterId());
        replica.take(record(0, 0, damaged, 1));
        replica.failing.clear();
        replica.reconcile();
        assertThat(replica.routes()).isEmpty();

        replica.take(record(0, 1, damaged, 2));

        assertThat(replica.routes()).containsKey("ft:damaged");
    }

    @Test
    void whatComesOfAnAnnouncementGoesOnInItsTrace() {
        AdapterAnnounced unfit = adapter(2, "unfit", AdapterAnnounced.State.LIVE);
        ReplicaUnderTest replica = new ReplicaUnderTest(Set.of(unfit.adapterId()));
        replica.take(record(0, 0, adapter(1, "one", AdapterAnnounced.State.LIVE), 1));
        replica.take(record(0, 1, unfit, 2));
        replica.take(record(0, 2, adapter(1, "one", AdapterAnnounced.State.RETIRED), 3));

        assertThat(replica.statuses)
                .extracting(Object::getClass)
                .containsExactly(AdapterLoaded.class, AdapterRefused.class, AdapterEvicted.class);
        assertThat(replica.traces).containsExactly(trace(0), trace(1), trace(2));
    }

    /** Restarts, other interleavings of partitions, records read again, and compaction. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void allReplicasComeToServeTheSame(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 10; round++) {
            Set<String> unfit = Set.of(idOf(random.nextInt(12)));
            List<List<Record>> log = log(random, 1 + random.nextInt(3), 40);
            ReplicaUnderTest first = new ReplicaUnderTest(unfit);
            readInterleaved(first, log, random, false);
            for (int replica = 0; replica < 5; replica++) {
                ReplicaUnderTest other = new ReplicaUnderTest(unfit);
                readInterleaved(
                        other,
                        replica % 2 == 0 ? log : compacted(log, random),
                        random,
                        replica > 2);

                assertThat(other.routes())
                        .as("seed %d, round %d, replica %d", seed, round, replica)
                        .isEqualTo(first.routes());
            }
        }
    }

    private record Record(
            int partition,
            long offset,
            String adapterId,
            Optional<AdapterAnnounced> adapter,
            Instant at) {}

    /** One replica without an engine. */
    private static final class ReplicaUnderTest implements AdapterLoading {
        final List<ServingStatus> statuses = new ArrayList<>();
        final List<@Nullable String> traces = new ArrayList<>();
        private final AnnouncedAdapters announced = new AnnouncedAdapters();
        private final ServedModels models = new ServedModels();
        private final Set<String> unfit;
        private final Set<String> loaded = new HashSet<>();
        private final Set<String> failing = new HashSet<>();
        private int failureCount;
        private Instant now = START;
        private final Clock clock =
                new Clock() {
                    @Override
                    public Instant instant() {
                        return now;
                    }

                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(@Nullable ZoneId zone) {
                        return this;
                    }
                };
        private final AdapterReconciler reconciler;

        ReplicaUnderTest(Set<String> unfit) {
            this.unfit = unfit;
            this.reconciler =
                    new AdapterReconciler(
                            this,
                            "tiny",
                            models,
                            status -> {
                                statuses.add(status);
                                traces.add(Trace.current());
                            },
                            new Replica("replica", START),
                            clock,
                            LIMIT);
        }

        void gather(Record record) {
            record.adapter()
                    .ifPresentOrElse(
                            adapter ->
                                    announced.announced(
                                            record.partition(),
                                            record.offset(),
                                            new Announcement(
                                                    adapter,
                                                    record.at(),
                                                    record.at(),
                                                    trace(record.offset()))),
                            () ->
                                    announced.deleted(
                                            record.partition(),
                                            record.offset(),
                                            record.adapterId(),
                                            record.at()));
        }

        void take(Record record) {
            gather(record);
            reconcile();
        }

        void reconcile() {
            reconciler.reconcile(announced);
            assertThat(loaded)
                    .hasSameSizeAs(reconciler.served())
                    .containsAll(
                            reconciler.served().stream().map(ServedAdapter::adapterId).toList());
        }

        Map<String, String> routes() {
            Map<String, String> routes = new TreeMap<>();
            for (ServedModel model : models.all()) {
                routes.put(model.name(), model.root());
            }
            return routes;
        }

        @Override
        public LoadOutcome load(AdapterAnnounced adapter) {
            if (unfit.contains(adapter.adapterId())) {
                return new LoadOutcome.Refused("unfit");
            }
            if (failing.contains(adapter.adapterId())) {
                failureCount++;
                return new LoadOutcome.Failed("its file is damaged");
            }
            assertThat(loaded.add(adapter.adapterId())).isTrue();
            return new LoadOutcome.Loaded(Variants.named(adapter.adapterId()), 1);
        }

        @Override
        public void unload(ModelVariant variant, Runnable whenFreed) {
            assertThat(loaded.remove(variant.name())).isTrue();
            whenFreed.run();
        }
    }

    private static List<List<Record>> log(Random random, int partitions, int length) {
        List<List<Record>> log = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            log.add(new ArrayList<>());
        }
        for (int time = 0; time < length; time++) {
            int id = random.nextInt(12);
            List<Record> partition = log.get(id % partitions);
            AdapterAnnounced.State state =
                    random.nextInt(3) > 0
                            ? AdapterAnnounced.State.LIVE
                            : AdapterAnnounced.State.values()[
                                    random.nextInt(AdapterAnnounced.State.values().length)];
            // Some are announced at the same time; names are shared.
            Instant at = START.plusSeconds(time / 2);
            partition.add(
                    random.nextInt(10) == 0
                            ? new Record(
                                    id % partitions,
                                    partition.size(),
                                    idOf(id),
                                    Optional.empty(),
                                    at)
                            : new Record(
                                    id % partitions,
                                    partition.size(),
                                    idOf(id),
                                    Optional.of(adapter(id, "m" + id % 5, state)),
                                    at));
        }
        return log;
    }

    /** Without some superseded records; a deletion may go, with all that it deleted. */
    private static List<List<Record>> compacted(List<List<Record>> log, Random random) {
        List<List<Record>> compacted = new ArrayList<>();
        for (List<Record> partition : log) {
            Map<String, Record> last = new HashMap<>();
            partition.forEach(record -> last.put(record.adapterId(), record));
            Set<String> gone = new HashSet<>();
            last.forEach((adapterId, record) -> {
                if (record.adapter().isEmpty() && random.nextBoolean()) {
                    gone.add(adapterId);
                }
            });
            compacted.add(
                    partition.stream()
                            .filter(record -> !gone.contains(record.adapterId()))
                            .filter(record ->
                                    record.equals(last.get(record.adapterId()))
                                            || random.nextInt(4) == 0)
                            .toList());
        }
        return compacted;
    }

    private static void readInterleaved(
            ReplicaUnderTest replica, List<List<Record>> log, Random random, boolean isRepeating) {
        List<Deque<Record>> rest = new ArrayList<>();
        log.forEach(partition -> rest.add(new ArrayDeque<>(partition)));
        List<Record> taken = new ArrayList<>();
        boolean isCatchingUp = random.nextBoolean();
        while (rest.stream().anyMatch(partition -> !partition.isEmpty())) {
            Record next = rest.get(random.nextInt(rest.size())).poll();
            if (next == null) {
                continue;
            }
            taken.add(next);
            isCatchingUp &= random.nextInt(10) > 0;
            replica.gather(next);
            if (!isCatchingUp && random.nextInt(3) > 0) {
                replica.reconcile();
            }
            if (isRepeating && random.nextInt(8) == 0) {
                taken.subList(random.nextInt(taken.size()), taken.size()).forEach(replica::gather);
            }
        }
        replica.reconcile();
    }

    private static Record record(int partition, long offset, AdapterAnnounced adapter, long time) {
        return new Record(
                partition,
                offset,
                adapter.adapterId(),
                Optional.of(adapter),
                START.plusSeconds(time));
    }

    /** Trace of the record at an offset. */
    private static String trace(long offset) {
        return "00-%032x-%016x-01".formatted(offset + 1, offset + 1);
    }

    private static String idOf(int id) {
        return "%064x".formatted(id);
    }

    private static AdapterAnnounced adapter(int id, String name, AdapterAnnounced.State state) {
        return adapter(id, name, state, null);
    }

    private static AdapterAnnounced adapter(
            int id, String name, AdapterAnnounced.State state, @Nullable Long revision) {
        ArtifactReference file = new ArtifactReference(idOf(id), 1);
        return new AdapterAnnounced(
                idOf(id),
                "ft:" + name,
                state,
                List.of("a reason"),
                "ftjob-" + id,
                "tiny",
                file,
                file,
                new TrainServeContract(
                        "a".repeat(64),
                        "F32",
                        "llama",
                        10,
                        "b".repeat(64),
                        "c".repeat(64),
                        "2024-07-26",
                        1,
                        2),
                new LoraSpec(4, 8, 0, LoraSpec.ALL_TARGETS),
                "0".repeat(64),
                new AdapterEvaluation(2, 1, file, 1, List.of(), "greedy", null),
                START,
                revision);
    }
}
