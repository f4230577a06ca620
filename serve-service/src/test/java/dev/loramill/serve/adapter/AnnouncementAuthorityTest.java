package dev.loramill.serve.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loramill.events.Topics;
import dev.loramill.events.authority.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnnouncementAuthorityTest {
    private static final String KEYS = "loramill.serve.adapters.public-keys";
    private static final String TRUST = "loramill.serve.adapters.trust-unsigned";
    private static final ConsumerRecord<String, byte[]> UNSIGNED =
            new ConsumerRecord<>(
                    Topics.ADAPTERS, 0, 0, "key", "{}".getBytes(StandardCharsets.UTF_8));

    @SuppressWarnings("NullAway") // a deletion has no value
    private static final ConsumerRecord<String, byte[]> DELETION =
            new ConsumerRecord<>(Topics.ADAPTERS, 0, 1, "key", null);

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void withoutAKeyTheServiceDoesNotStartAndSaysWhatToSet() {
        assertThatThrownBy(() -> authority(Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(KEYS)
                .hasMessageContaining(TRUST);
        assertThatThrownBy(() -> authority(Map.of(KEYS, directory.resolve("absent").toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(KEYS)
                .hasMessageContaining("is not there");
    }

    @Test
    void aKeyAndTrustInEverybodyContradictEachOther() throws IOException {
        assertThatThrownBy(() -> authority(Map.of(KEYS, publicKey(), TRUST, "true")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("leave one of them out");
    }

    @Test
    void byAKeyNothingUnsignedTakesEffect() throws IOException {
        AnnouncementAuthority authority = authority(Map.of(KEYS, publicKey() + "," + publicKey()));

        assertThat(authority.fault(UNSIGNED)).get().asString().contains("not signed");
        assertThat(authority.fault(DELETION)).get().asString().contains("deletion");
        assertThat(metrics.counter("loramill.serve.announcements.refused").count()).isEqualTo(2);
    }

    @Test
    void whoIsToldToBelievesEverybody() {
        AnnouncementAuthority authority = authority(Map.of(TRUST, "true"));

        assertThat(authority.fault(UNSIGNED)).isEmpty();
        assertThat(authority.fault(DELETION)).isEmpty();
    }

    private String publicKey() throws IOException {
        Path key = directory.resolve("announcements.pem");
        SigningKey unused = SigningKey.in(key);
        return SigningKey.publicFile(key).toString();
    }

    private AnnouncementAuthority authority(Map<String, String> settings) {
        AdapterConfig config =
                new SmallRyeConfigBuilder()
                        .withMapping(AdapterConfig.class)
                        .withDefaultValues(settings)
                        .build()
                        .getConfigMapping(AdapterConfig.class);
        return new AnnouncementAuthority(config, metrics);
    }
}
