package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.ws.rs.NotFoundException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorResourceTest {
    private final ErrorResource errors = new ErrorResource();

    @Test
    void aRefusalKeepsAllThatItSays() {
        RestResponse<ErrorBody> answer =
                errors.refused(RefusedException.invalid("invalid_value", "seed", "seed is wrong"));

        assertThat(answer.getStatus()).isEqualTo(400);
        assertThat(answer.getEntity().error())
                .isEqualTo(
                        new ErrorBody.Fault(
                                "seed is wrong", "invalid_request_error", "seed", "invalid_value"));
        assertThat(answer.getHeaderString("Retry-After")).isNull();
    }

    @Test
    void clientsAreToldNotToRepeatAConflictThatStays() {
        RestResponse<ErrorBody> answer =
                errors.refused(RefusedException.conflict("dataset_sealed", null, "it is sealed"));

        assertThat(answer.getStatus()).isEqualTo(409);
        assertThat(answer.getHeaderString("x-should-retry")).isEqualTo("false");
    }

    @Test
    void clientsAreToldWhenToRepeatAConflictThatPasses() {
        RestResponse<ErrorBody> answer =
                errors.refused(RefusedException.notYet("rows_pending", "rows are on their way"));

        assertThat(answer.getStatus()).isEqualTo(409);
        assertThat(answer.getHeaderString("x-should-retry")).isNull();
        assertThat(answer.getHeaderString("Retry-After")).isEqualTo("2");
    }

    @Test
    void aDelayBelowASecondIsRoundedUp() {
        RestResponse<ErrorBody> answer =
                errors.refused(
                        RefusedException.unavailable("overloaded", "busy", Duration.ofMillis(10)));

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getHeaderString("Retry-After")).isEqualTo("1");
        assertThat(answer.getEntity().error().type()).isEqualTo("server_error");
    }

    @Test
    void aDatabaseThatIsAwayIsFoundWithinWhatPersistenceAndTransactionsMakeOfIt() {
        SQLException away = new SQLException("refused", "08001");
        IllegalStateException rollbackFailed = new IllegalStateException("cannot be rolled back");
        rollbackFailed.addSuppressed(new IllegalStateException(away));

        assertThat(errors.unforeseen(new IllegalStateException("commit", away)).getStatus())
                .isEqualTo(503);
        assertThat(errors.unforeseen(rollbackFailed).getHeaderString("Retry-After")).isNotNull();
        assertThat(errors.unforeseen(new IllegalStateException("no database")).getStatus())
                .isEqualTo(500);
        assertThat(
                        errors.unforeseen(
                                        new IllegalStateException(
                                                new SQLException("duplicate key", "23505")))
                                .getStatus())
                .isEqualTo(500);
    }

    @Test
    void aDatabaseThatIsAwayIsNoFaultOfTheService() {
        assertThat(errors.database(new SQLException("refused", "08001")).getStatus())
                .isEqualTo(503);
        assertThat(errors.database(new SQLException("pool")).getStatus()).isEqualTo(503);
        assertThat(errors.database(new SQLException("syntax", "42601")).getStatus()).isEqualTo(500);
    }

    @Test
    void malformedJsonIsTheSendersFault() {
        JsonProcessingException fault =
                catchThrowableOfType(
                        JsonProcessingException.class,
                        () -> JsonMapper.builder().build().readTree("{"));

        assertThat(errors.json(fault).getEntity().error().code()).isEqualTo("invalid_json");
    }

    record Request(String name, Integer sample, List<String> probes) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"sampel":5}      | sampel    | there is no field "sampel"; known are name, probes, sample
                    {"sample":"many"} | sample    | sample must be a whole number
                    {"probes":"Why?"} | probes    | probes must be an array
                    {"probes":[{}]}   | probes[0] | probes[0] must be a text
                    [1]               |           | the body must be a JSON object
                    """)
    void jsonThatIsNotWhatTheRouteTakesIsToldInTheClientsWords(
            String body, @Nullable String param, String message) {
        MismatchedInputException fault =
                catchThrowableOfType(
                        MismatchedInputException.class,
                        () -> JsonMapper.builder().build().readValue(body, Request.class));

        ErrorBody.Fault told = errors.mismatch(fault).getEntity().error();

        assertThat(told.message()).isEqualTo(message);
        assertThat(told.param()).isEqualTo(param);
    }

    @Test
    void anAddressThatDoesNotExistIsSaidSo() {
        RestResponse<ErrorBody> answer = errors.web(new NotFoundException());

        assertThat(answer.getStatus()).isEqualTo(404);
        assertThat(answer.getEntity().error().message()).contains("nothing at this address");
        assertThat(answer.getEntity().error().code()).isEqualTo("not_found");
    }

    @Test
    void whatIsUnforeseenTellsNothingOfTheInside() {
        ErrorBody.Fault fault =
                errors.unforeseen(new IllegalStateException("secret")).getEntity().error();

        assertThat(fault.message()).doesNotContain("secret");
        assertThat(fault.code()).isEqualTo("internal_error");
    }
}
