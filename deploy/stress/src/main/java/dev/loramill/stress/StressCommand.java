package dev.loramill.stress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Brings faults about in the whole chain, and checks what clients were told. */
@Command(
        name = "stress chain",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the whole chain, with two replicas of ingest, clean and serve, on a tiny base in a",
            "folder of its own. Clients send rows by HTTP, Kafka and files, seal and freeze datasets",
            "and ask for jobs, while processes are killed and paused and the ways to Kafka and",
            "PostgreSQL are cut, held and delayed. Then everything has to come to rest within a",
            "minute, and what there is is compared with what the clients were told: each row that",
            "was accepted stands once in a ledger, one that was refused in none, and a seal has all",
            "that came before it and nothing that came later. The last line is JSON."
        })
final class StressCommand implements Callable<Integer> {
    private static final int SHOWN = 20;

    @Option(
            names = "--minutes",
            defaultValue = "5",
            paramLabel = "N",
            description = "How long faults come; default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "S",
            description = "What fails when; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--checkout", required = true, hidden = true)
    private Path checkout = Path.of("");

    public static void main(String[] arguments) {
        // What clients say of a broker that was killed on purpose is no news.
        Logger.getLogger("").setLevel(Level.OFF);
        System.exit(new CommandLine(new StressCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (!(minutes > 0 && minutes <= 24 * 60)) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this),
                    "--minutes must be above 0 and at most 1440, got %s".formatted(minutes));
        }
        Duration duration = Duration.ofMillis((long) (minutes * 60_000));
        ChainStress.Outcome outcome =
                new ChainStress(new ChainStress.Settings(checkout, duration, seed), System.out)
                        .run();
        outcome.violations().stream()
                .limit(SHOWN)
                .forEach(fault -> System.out.println("  " + fault));
        if (outcome.violations().size() > SHOWN) {
            System.out.printf("  and %d more%n", outcome.violations().size() - SHOWN);
        }
        System.out.printf(
                "%n%,d rows in %s requests into %d datasets, %d jobs; faults: %s; %d violations%n",
                outcome.rows(),
                outcome.requests(),
                outcome.datasets(),
                outcome.jobs(),
                outcome.faults(),
                outcome.violations().size());
        System.out.println(json(outcome));
        return outcome.violations().isEmpty() ? 0 : 1;
    }

    private ObjectNode json(ChainStress.Outcome outcome) {
        ObjectNode json = Http.JSON.createObjectNode();
        json.put("stress", "chain");
        json.put("minutes", minutes);
        json.put("seed", seed);
        json.put("rows", outcome.rows());
        json.set("requests", Http.JSON.valueToTree(outcome.requests()));
        json.put("datasets", outcome.datasets());
        json.put("jobs", outcome.jobs());
        json.set("faults", Http.JSON.valueToTree(outcome.faults()));
        json.put("ended_by_themselves", outcome.endedByThemselves());
        json.put("drain_s", outcome.drainSeconds());
        json.put("violations", outcome.violations().size());
        json.put("ok", outcome.violations().isEmpty());
        return json;
    }
}
