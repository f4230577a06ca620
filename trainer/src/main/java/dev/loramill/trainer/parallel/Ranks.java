package dev.loramill.trainer.parallel;

import dev.loramill.trainer.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The processes that share a run, as one of them sees them.
 *
 * <p>Every process must call the same methods in the same order; each call waits for the others.
 * Used by one thread.
 */
public interface Ranks extends AutoCloseable {
    /** This process's place. */
    Share share();

    /**
     * Adds a vector up over all processes, in place; all hold the same bits afterwards.
     *
     * @throws RankLostException if a process has ended or does not answer
     */
    void sum(Matrix vector);

    /**
     * Adds numbers up over all processes, each with those of the same place.
     *
     * @throws RankLostException if a process has ended or does not answer
     */
    double[] sum(double... values);

    /** Leaves the others; the first process ends them. */
    @Override
    void close();

    /** A run of one process. */
    static Ranks alone() {
        return new SingleRank();
    }

    /**
     * Starts the processes of all ranks but the first, which this one is, and waits until they have
     * come; {@link #close} ends them.
     *
     * @param size at least 2
     * @param directory takes the file they meet in and what they write to their standard error
     * @param timeout longest wait for the others, here and in every sum
     * @param command what each runs; it must end when its standard input does
     * @throws RankLostException if one of them ends, or does not come in time
     */
    static Ranks lead(int size, Path directory, Duration timeout, RankCommand command)
            throws IOException {
        return LeadingRank.start(size, directory, timeout, command);
    }

    /**
     * Joins the process that started this one, and its other children.
     *
     * @param rendezvous the file they meet in
     * @param timeout longest wait for the others, here and in every sum
     * @throws RankLostException if they do not come in time
     */
    static Ranks follow(Share share, Path rendezvous, Duration timeout) {
        return GlooRanks.join(share, rendezvous, timeout, () -> {});
    }

    /** Whether it is so in any process. */
    default boolean any(boolean isSo) {
        return sum(isSo ? 1 : 0)[0] > 0;
    }

    /** What the first process says, in every process; what the others say is ignored. */
    default String ofFirst(String text) {
        String said = share().isFirst() ? text : "";
        double[] characters = new double[(int) sum(said.length())[0]];
        for (int i = 0; i < said.length(); i++) {
            characters[i] = said.charAt(i);
        }
        StringBuilder heard = new StringBuilder();
        for (double character : sum(characters)) {
            heard.append((char) character);
        }
        return heard.toString();
    }

    /**
     * Compares a digest over all processes.
     *
     * @throws IllegalStateException in every process, if they differ
     */
    default void requireEqual(String what, long digest) {
        int size = share().size();
        double[] halves = new double[2 * size];
        halves[2 * share().rank()] = digest >>> Integer.SIZE;
        halves[2 * share().rank() + 1] = digest & 0xFFFF_FFFFL;
        double[] all = sum(halves);
        for (int rank = 1; rank < size; rank++) {
            if (all[2 * rank] != all[0] || all[2 * rank + 1] != all[1]) {
                throw new IllegalStateException(
                        what
                                + " of rank "
                                + rank
                                + " of "
                                + size
                                + " differ from those of rank 0, though all ranks take the same"
                                + " steps; start again from the last checkpoint, and look at the"
                                + " memory of this machine if it happens again");
            }
        }
    }
}
