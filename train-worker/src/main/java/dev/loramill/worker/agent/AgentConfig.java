package dev.loramill.worker.agent;

import io.quarkus.runtime.annotations.StaticInitSafe;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How the agent on a node works. */
@StaticInitSafe
@ConfigMapping(prefix = "loramill.worker")
public interface AgentConfig {
    /**
     * Id of this worker, stable over restarts; the name of the host by default. Change it where two
     * workers would have one: the second is given no work.
     */
    Optional<String> id();

    /**
     * Directory of running attempts, checkpoints and the agent's own state; of one worker at a
     * time.
     */
    @WithDefault(".loramill/worker")
    Path directory();

    /**
     * Time between two heartbeats. Must be well below the control plane's lease duration, or the
     * lease is lost while the worker lives.
     */
    @WithDefault("2s")
    Duration heartbeat();

    /** Memory that a trainer may take, in bytes, as told to the scheduler; 0 takes the host's. */
    @WithDefault("0")
    @Min(0)
    long memoryBytes();

    /**
     * File of the secret that this worker registers with; the same as {@code
     * loramill.train.authority.worker-secret} of train-service.
     */
    @WithDefault(".loramill/authority/worker-secret")
    Path secret();

    /** The trainer's child process. */
    Trainer trainer();

    /** The evaluation of a trained adapter. */
    Evaluation evaluation();

    /** The trainer's child process. */
    interface Trainer {
        /**
         * Directory of the trainer: its jars in {@code lib}, and beside it the options and
         * variables it is started with, as the build of the module trainer leaves them in {@code
         * target/app}.
         */
        @WithDefault("trainer/target/app")
        Path directory();

        /** Greatest heap of the trainer's JVM; tensors live outside of it. */
        @WithDefault("2g")
        String maxHeap();

        /** Threads that the trainer computes with. */
        @WithDefault("2")
        @Min(1)
        int threads();

        /**
         * What the trainer computes on: {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}.
         * Name a GPU where several workers share a host.
         */
        @WithDefault("auto")
        @Pattern(regexp = "auto|cpu|cuda(:\\d{1,3})?")
        String device();

        /** How often a crashed trainer is started again within one attempt. */
        @WithDefault("3")
        @Min(0)
        int restarts();

        /**
         * Longest time in which a trainer, or the evaluation of its adapter, may give no sign of
         * work; it gives one at least every ten seconds while it moves on, and with each piece of
         * work that takes longer. After it, or after ten times the slowest piece of work so far
         * where that is longer, it is killed as hung, and started again.
         */
        @WithDefault("10m")
        Duration patience();
    }

    /** The evaluation of a trained adapter. */
    interface Evaluation {
        /** Greatest number of tokens in an answer to a probe. */
        @WithDefault("256")
        @Min(16)
        @Max(4096)
        int maxTokens();

        /** Threads that the evaluation decodes with. */
        @WithDefault("1")
        @Min(1)
        int threads();
    }
}
