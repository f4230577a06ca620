package dev.loramill.train.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.http.PageRequest;
import dev.loramill.train.specification.JobRows;
import dev.loramill.train.stack.TrainDatabase;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TrainDatabase.class)
class StoredJobsTest {
    private static final String SHA256 = "a".repeat(64);
    // As they stood in the database before there were entities.
    private static final String SPECIFICATION =
            """
            {"baseId":"tiny-base","base":{"sha256":"%1$s","sizeBytes":1000},
             "rows":{"kind":"file","fileId":"file-1","recipe":{"name":"none","digest":"%1$s"},
                     "datasetId":"ds-stored"},
             "suffix":null,"seed":7,"metadata":{"team":"%2$s"},
             "lora":{"rank":16,"alpha":32.0,"dropout":0.0,"targets":["q","k"]},
             "hyperparameters":{"epochs":2,"batchSize":null,"learningRateMultiplier":null,
               "learningRate":null,"maxSteps":null,"gradientAccumulation":null,"maxLength":null,
               "warmupSteps":null,"evalEvery":null,"saveEvery":null,"precision":null,"sample":100,
               "evalFraction":0.2},
             "probes":["Why?"],"systemPrompt":null}
            """;
    private static final String FAILED =
            """
            {"kind":"failed","spec":null,"error":{"code":"invalid_training_file",
              "message":"the file is gone","param":"training_file"},
             "finishedAt":"2026-01-02T03:04:05.000006Z"}
            """;

    @Inject EntityManager entities;
    @Inject Jobs jobs;

    @Test
    void jobsThatWereStoredAsJsonBeforeAreReadAndMovedOn() {
        insert("ftjob-stored-1", "validating_files", "{\"kind\":\"validating_files\"}", "old");
        insert("ftjob-stored-2", "failed", FAILED, "old");
        insert("ftjob-stored-3", "failed", FAILED, "older");

        Job waiting = jobs.require("ftjob-stored-1");
        assertThat(waiting.state()).isEqualTo(new JobState.ValidatingFiles());
        assertThat(waiting.specification().rows())
                .isInstanceOfSatisfying(
                        JobRows.OfFile.class,
                        file -> assertThat(file.datasetId()).isEqualTo("ds-stored"));
        assertThat(waiting.specification().hyperparameters().epochs()).isEqualTo(2);
        assertThat(jobs.require("ftjob-stored-2").state())
                .isEqualTo(
                        new JobState.Failed(
                                null,
                                new JobError(
                                        "invalid_training_file",
                                        "the file is gone",
                                        "training_file"),
                                Instant.parse("2026-01-02T03:04:05.000006Z")));
        assertThat(list(null, Map.of("team", "old")))
                .containsExactly("ftjob-stored-2", "ftjob-stored-1");
        assertThat(list("ftjob-stored-2", Map.of("team", "old"))).containsExactly("ftjob-stored-1");
        assertThat(list(null, null)).doesNotContain("ftjob-stored-1");

        assertThat(jobs.cancel("ftjob-stored-1").state()).isInstanceOf(JobState.Cancelled.class);
        assertThat(text("SELECT state->>'kind' FROM job WHERE id = 'ftjob-stored-1'"))
                .isEqualTo("cancelled");
        assertThat(text("SELECT specification->>'seed' FROM job WHERE id = 'ftjob-stored-1'"))
                .isEqualTo("7");
    }

    private List<String> list(@Nullable String after, @Nullable Map<String, String> metadata) {
        return jobs.list(new PageRequest(10, after, false), metadata).data().stream()
                .map(Job::id)
                .toList();
    }

    private void insert(String id, String status, String state, String team) {
        QuarkusTransaction.requiringNew()
                .run(() ->
                        entities.createNativeQuery(
                                        """
                                        INSERT INTO job (id, created_at, status,
                                            specification, state, metadata)
                                        VALUES (?1, now(), ?2, CAST(?3 AS jsonb), CAST(?4 AS jsonb),
                                            CAST(?5 AS jsonb))
                                        """)
                                .setParameter(1, id)
                                .setParameter(2, status)
                                .setParameter(3, SPECIFICATION.formatted(SHA256, team))
                                .setParameter(4, state)
                                .setParameter(5, "{\"team\":\"%s\"}".formatted(team))
                                .executeUpdate());
    }

    private String text(String sql) {
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        String.valueOf(
                                entities.createNativeQuery(sql, String.class).getSingleResult()));
    }
}
