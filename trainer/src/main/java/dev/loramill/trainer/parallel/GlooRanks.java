package dev.loramill.trainer.parallel;

import dev.loramill.trainer.tensor.Matrix;
import dev.loramill.trainer.tensor.NativeTensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Processes of one machine that meet in a file and add up through libtorch's Gloo over the loopback
 * interface.
 *
 * <p>Gloo adds each element in one process and hands the sum to the others, so all get the same
 * bits, and the same again when a run is repeated.
 */
final class GlooRanks implements Ranks {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration POLL = Duration.ofMillis(20);

    private final Share share;
    private final FileStore store;
    private final ProcessGroupGloo group;

    private GlooRanks(Share share, FileStore store, ProcessGroupGloo group) {
        this.share = share;
        this.store = store;
        this.group = group;
    }

    /** Looked at while a process waits for the others to come. */
    @FunctionalInterface
    interface Watch {
        /** Throws if there is no point in waiting. */
        void check();
    }

    /**
     * Waits until all processes have come and connects them.
     *
     * @param rendezvous the file they meet in
     * @param timeout longest wait for the others, here and in every sum
     * @throws RankLostException if they do not come in time
     */
    static GlooRanks join(Share share, Path rendezvous, Duration timeout, Watch watch) {
        try (PointerScope _ = new PointerScope()) {
            FileStore store = new FileStore(rendezvous.toString(), share.size());
            store.add(arrival(share.rank()), 1);
            StringVector all = new StringVector();
            for (int rank = 0; rank < share.size(); rank++) {
                all.push_back(arrival(rank));
            }
            long deadline = System.nanoTime() + timeout.toNanos();
            while (!store.check(all)) {
                watch.check();
                if (System.nanoTime() > deadline) {
                    throw new RankLostException(
                            "not all of the "
                                    + share.size()
                                    + " ranks came within "
                                    + timeout.toSeconds()
                                    + " s");
                }
                pause();
            }
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create();
            setTimeout(options, timeout);
            options.devices(
                    new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(LOOPBACK)));
            ProcessGroupGloo group =
                    new ProcessGroupGloo(store, share.rank(), share.size(), options);
            store.retainReference();
            group.retainReference();
            return new GlooRanks(share, store, group);
        }
    }

    /**
     * In place, since a duration of the binding's own making needs a native library that is not
     * among those of libtorch.
     */
    private static void setTimeout(ProcessGroupGloo.Options options, Duration timeout) {
        MemorySegment.ofAddress(options.timeout().address())
                .reinterpret(Long.BYTES)
                .set(ValueLayout.JAVA_LONG, 0, timeout.toMillis());
    }

    private static String arrival(int rank) {
        return "arrived-" + rank;
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RankLostException("interrupted while waiting for the other ranks", e);
        }
    }

    @Override
    public Share share() {
        return share;
    }

    @Override
    public void sum(Matrix vector) {
        try (PointerScope _ = new PointerScope()) {
            add(
                    NativeTensors.wrap(
                            vector.elementAddress(0),
                            vector.precision(),
                            (long) vector.rows() * vector.columns()));
        }
    }

    @Override
    public double[] sum(double... values) {
        if (values.length == 0) {
            return values;
        }
        try (PointerScope _ = new PointerScope();
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, values);
            add(NativeTensors.wrapDoubles(memory.address(), values.length));
            return memory.toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    private void add(Tensor tensor) {
        try {
            group.allreduce(new TensorVector(tensor))._wait();
        } catch (RuntimeException e) {
            throw new RankLostException(
                    "rank "
                            + share.rank()
                            + " of "
                            + share.size()
                            + " gets no answer from another one: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    @Override
    public void close() {
        group.releaseReference();
        store.releaseReference();
    }
}
