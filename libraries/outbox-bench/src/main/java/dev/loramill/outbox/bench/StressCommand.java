package dev.loramill.outbox.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Kills service, broker and database at random points, and counts what took effect. */
@Command(
        name = "stress outbox",
        mixinStandardHelpOptions = true,
        description = {
            "Sends records through inbox and outbox while service, broker and database are killed",
            "at random points, and counts afterwards: each record must have taken effect once,",
            "each event must lie in Kafka, those of a key in their order. Repeated events are",
            "counted and allowed: delivery is at least once. The last line is JSON; ok is true when",
            "nothing was lost, doubled or out of order."
        })
final class StressCommand implements Callable<Integer> {
    @Option(
            names = "--kills",
            defaultValue = "20",
            description = "How many times something is killed; default: ${DEFAULT-VALUE}.")
    private int kills;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "What is killed when; default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "Records a second; default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--application", required = true, hidden = true)
    private Path application = Path.of("");

    public static void main(String[] arguments) {
        // What clients say of a broker that was killed on purpose is no news.
        Logger.getLogger("").setLevel(Level.OFF);
        System.exit(new CommandLine(new StressCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (kills < 1 || rate < 1) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this),
                    "--kills and --rate must be at least 1, got %d and %d".formatted(kills, rate));
        }
        Stress.Outcome outcome =
                new Stress(new Stress.Settings(application, kills, seed, rate), System.out).run();
        System.out.printf(
                "%n%d records: %d without effect, %d effects too many; %d events missing, %d out of order, %d repeated%n",
                outcome.records(),
                outcome.lost(),
                outcome.doubled(),
                outcome.unpublished(),
                outcome.disordered(),
                outcome.repeated());
        System.out.printf(
                "{\"stress\": \"outbox\", \"seed\": %d, \"kills\": %d, \"service\": %d, \"broker\": %d, \"database\": %d, \"records\": %d, \"lost\": %d, \"doubled\": %d, \"unpublished\": %d, \"disordered\": %d, \"repeated\": %d, \"ok\": %b}%n",
                seed,
                kills,
                outcome.killed().service(),
                outcome.killed().broker(),
                outcome.killed().database(),
                outcome.records(),
                outcome.lost(),
                outcome.doubled(),
                outcome.unpublished(),
                outcome.disordered(),
                outcome.repeated(),
                outcome.isOk());
        return outcome.isOk() ? 0 : 1;
    }
}
