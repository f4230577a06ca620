package dev.loramill.serve.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/** What the engine measures of itself. */
final class EngineMetrics {
    private final MeterRegistry registry;
    private final Timer timeToFirstToken;
    private final Timer duration;
    private final Counter promptTokens;
    private final Counter completionTokens;
    private final Counter failures;

    EngineMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.timeToFirstToken =
                Timer.builder("loramill.serve.time.to.first.token")
                        .description("from the request to its first token, waiting included")
                        .publishPercentiles(0.5, 0.95)
                        .register(registry);
        this.duration =
                Timer.builder("loramill.serve.generation")
                        .description("from the request to its end, waiting included")
                        .publishPercentiles(0.5, 0.95)
                        .register(registry);
        this.promptTokens = registry.counter("loramill.serve.prompt.tokens");
        this.completionTokens = registry.counter("loramill.serve.completion.tokens");
        this.failures = registry.counter("loramill.serve.generation.failures");
    }

    void watch(DecodeScheduler scheduler) {
        gauge("loramill.serve.requests.waiting", scheduler, DecodeScheduler::waitingCount);
        gauge("loramill.serve.requests.active", scheduler, DecodeScheduler::activeCount);
        gauge("loramill.serve.contexts", scheduler, DecodeScheduler::contextCount);
    }

    private void gauge(
            String name, DecodeScheduler scheduler, ToDoubleFunction<DecodeScheduler> value) {
        Gauge.builder(name, scheduler, value).register(registry);
    }

    void promptRead(int tokenCount) {
        promptTokens.increment(tokenCount);
    }

    void firstToken(Duration age) {
        timeToFirstToken.record(age);
    }

    void tokenGenerated() {
        completionTokens.increment();
    }

    void ended(Duration age) {
        duration.record(age);
    }

    void failed() {
        failures.increment();
    }
}
