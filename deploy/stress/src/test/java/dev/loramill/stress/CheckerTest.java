package dev.loramill.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loramill.stress.History.Answer;
import dev.loramill.stress.History.Door;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private static final String DATASET = "ds-1";

    private final History history = new History();

    @Test
    void whatIsAsItWasPromisedIsNoViolation() {
        send(Door.HTTP, Answer.ACCEPTED, 10, 20, "r1", "r2");
        send(Door.KAFKA, Answer.ACCEPTED, 15, 30, "r3");
        send(Door.HTTP, Answer.UNKNOWN, 20, 25, "r4");
        send(Door.HTTP, Answer.REFUSED, 70, 80, "r5");
        send(Door.KAFKA, Answer.ACCEPTED, 75, 80, "r6");
        seal(40, 60, 3);

        assertThat(violations(List.of("r1", "r2", "r3"), "r6")).isEmpty();
    }

    @Test
    void anAcceptedRowThatIsMissingIsFound() {
        send(Door.HTTP, Answer.ACCEPTED, 10, 20, "r1", "r2");

        assertThat(violations(List.of("r1")))
                .singleElement()
                .asString()
                .contains("r2", "accepted and is not in the ledger");
    }

    @Test
    void aRowThatStandsTwiceIsFound() {
        send(Door.KAFKA, Answer.ACCEPTED, 10, 20, "r1");

        assertThat(violations(List.of("r1", "r1")))
                .singleElement()
                .asString()
                .contains("r1", "2 times");
    }

    @Test
    void aRefusedRowThatWasTakenIsFound() {
        send(Door.HTTP, Answer.REFUSED, 10, 20, "r1");

        assertThat(violations(List.of("r1")))
                .singleElement()
                .asString()
                .contains("refused and stands in the ledger");
    }

    @Test
    void aRowThatKafkaHadBeforeTheSealAndThatWasLeftOutIsFound() {
        send(Door.KAFKA, Answer.ACCEPTED, 10, 20, "r1");
        seal(30, 40, 0);

        assertThat(violations(List.of(), "r1"))
                .singleElement()
                .asString()
                .contains("before the dataset was asked to be sealed");
    }

    @Test
    void aRowThatCameDuringTheSealMayBeInOrOut() {
        send(Door.KAFKA, Answer.ACCEPTED, 25, 35, "r1");
        send(Door.KAFKA, Answer.ACCEPTED, 25, 35, "r2");
        seal(30, 40, 1);

        assertThat(violations(List.of("r1"), "r2")).isEmpty();
    }

    @Test
    void aRowThatWasTakenBehindTheSealIsFound() {
        send(Door.HTTP, Answer.ACCEPTED, 50, 60, "r1");
        send(Door.KAFKA, Answer.ACCEPTED, 50, 60, "r2");
        seal(30, 40, 2);

        assertThat(violations(List.of("r1", "r2")))
                .hasSize(2)
                .allSatisfy(violation -> assertThat(violation).contains("had been sealed"));
    }

    @Test
    void aRowThatKafkaHadAndThatIsNowhereIsFound() {
        send(Door.KAFKA, Answer.ACCEPTED, 10, 20, "r1");

        assertThat(violations(List.of()))
                .singleElement()
                .asString()
                .contains("neither in the ledger nor a dead letter");
    }

    @Test
    void aRowThatNobodySentIsFound() {
        assertThat(violations(List.of("r9"))).singleElement().asString().contains("never sent");
    }

    @Test
    void aLedgerThatDoesNotEndIsFound() {
        send(Door.HTTP, Answer.ACCEPTED, 10, 20, "r1");
        Checker.Found found =
                new Checker.Found(
                        Map.of(DATASET, List.of("r1")),
                        Map.of(DATASET, new Checker.Dataset(2, true, "sealed", 1)),
                        Set.of());

        assertThat(Checker.violations(history, found))
                .anySatisfy(violation -> assertThat(violation).contains("is sealed with 1"))
                .anySatisfy(violation -> assertThat(violation).contains("ingest counted 2 rows"));
    }

    @Test
    void aSealThatTellsAnotherCountIsFound() {
        send(Door.HTTP, Answer.ACCEPTED, 10, 20, "r1");
        seal(30, 40, 7);

        assertThat(violations(List.of("r1")))
                .singleElement()
                .asString()
                .contains("sealed with 7 rows and has 1");
    }

    @Test
    void twoVersionsOfOneRequestAreFound() {
        history.add(new History.Freezing(DATASET, "clean-0", "a"));
        history.add(new History.Freezing(DATASET, "clean-1", "b"));

        assertThat(violations(List.of()))
                .singleElement()
                .asString()
                .contains("as a by clean-0 and as b by clean-1");
    }

    private void send(Door door, Answer answer, long begun, long ended, String... rows) {
        history.add(new History.Submission(DATASET, door, List.of(rows), begun, ended, answer));
    }

    private void seal(long begun, long ended, long rows) {
        history.add(new History.Sealing(DATASET, begun, ended, rows));
    }

    private List<String> violations(List<String> ledger, String... deadLetters) {
        return Checker.violations(
                history,
                new Checker.Found(
                        Map.of(DATASET, ledger),
                        Map.of(
                                DATASET,
                                new Checker.Dataset(ledger.size(), true, "cleaned", ledger.size())),
                        Set.of(deadLetters)));
    }
}
