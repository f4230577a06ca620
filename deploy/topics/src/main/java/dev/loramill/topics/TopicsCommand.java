package dev.loramill.topics;

import dev.loramill.events.Program;
import dev.loramill.events.TopicDescription;
import dev.loramill.events.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Loramill's topics on any Kafka cluster. */
@Command(
        name = "topics",
        description = "Make, check and list the topics on any Kafka cluster, and who may use them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = CommandLine.HelpCommand.class)
public final class TopicsCommand implements Runnable {
    private static final int FAILED = 1;
    private static final String ROW = "%-36s %10s  %-8s %-10s %-14s %s%n";

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    /** Runs the command line; exit codes: 0 done, 1 failed or something is wrong, 2 arguments. */
    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new TopicsCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a COMMAND is missing");
    }

    @Command(
            name = "apply",
            description =
                    "Make topics that are missing, correct settings that would lose or refuse"
                            + " records. Deletes nothing.",
            mixinStandardHelpOptions = true)
    int apply(@Mixin ClusterOptions cluster) throws InterruptedException {
        return on(
                cluster,
                setup -> {
                    TopicSetup.Applied applied = setup.apply();
                    applied.made().forEach(out()::println);
                    applied.changed().forEach(out()::println);
                    applied.faults().forEach(err()::println);
                    out().printf(
                                    "%d topics made, %d settings changed, %d faults left%n",
                                    applied.made().size(),
                                    applied.changed().size(),
                                    applied.faults().size());
                    return applied.faults().isEmpty() ? 0 : FAILED;
                });
    }

    @Command(
            name = "check",
            description = "Say what is wrong with the topics, and what mends it.",
            mixinStandardHelpOptions = true)
    int check(@Mixin ClusterOptions cluster) throws InterruptedException {
        return on(
                cluster,
                setup -> {
                    List<String> faults = setup.check();
                    faults.forEach(err()::println);
                    out().println(
                                    faults.isEmpty()
                                            ? "All %d topics are as described."
                                                    .formatted(Topics.descriptions().size())
                                            : "%d faults".formatted(faults.size()));
                    return faults.isEmpty() ? 0 : FAILED;
                });
    }

    @Command(
            name = "list",
            description = "List the topics as they have to be, with who writes and reads them.",
            mixinStandardHelpOptions = true)
    void list() {
        out().printf(ROW, "topic", "partitions", "cleanup", "kept", "written by", "read by");
        for (TopicDescription topic : Topics.descriptions()) {
            out().printf(
                            ROW,
                            topic.name(),
                            topic.partitions(),
                            topic.cleanup().policy(),
                            kept(topic),
                            labels(topic.writers()),
                            labels(topic.readers()));
        }
    }

    @Command(
            name = "acls",
            description =
                    "Print the rights of each program as kafka-acls takes them; with --bootstrap,"
                            + " grant them.",
            mixinStandardHelpOptions = true)
    int acls(
            @Option(
                            names = "--principal",
                            paramLabel = "PROGRAM=User:NAME",
                            description =
                                    "Principal of a program, repeatable. Without any: User:loramill-NAME"
                                            + " for each of ingest, clean, train, worker, serve."
                                            + " outside is whoever submits rows over Kafka.")
                    @Nullable Map<Program, String> principals,
            @ArgGroup(exclusive = false) @Nullable ClusterOptions cluster)
            throws InterruptedException {
        List<AclBinding> bindings = new ArrayList<>();
        (principals == null ? defaultPrincipals() : principals)
                .forEach((program, principal) ->
                        bindings.addAll(TopicAccess.of(program, principal)));
        if (cluster == null) {
            bindings.forEach(binding -> out().println(kafkaAcls(binding)));
            return 0;
        }
        return on(
                cluster,
                setup -> {
                    setup.grant(bindings);
                    out().printf("%d rights granted%n", bindings.size());
                    return 0;
                });
    }

    private interface Work {
        int with(TopicSetup setup) throws TopicsException, InterruptedException;
    }

    private int on(ClusterOptions cluster, Work work) throws InterruptedException {
        try (Admin admin = cluster.connect()) {
            return work.with(new TopicSetup(admin));
        } catch (IOException e) {
            err().println("cannot read the file of --command-config: " + e);
        } catch (TopicsException e) {
            err().println(e.getMessage());
        } catch (KafkaException e) {
            // The client itself could not be made; its cause names the setting.
            err().println(
                            "wrong client settings: %s"
                                    .formatted(
                                            e.getCause() == null
                                                    ? e.getMessage()
                                                    : e.getCause().getMessage()));
        }
        return FAILED;
    }

    private static Map<Program, String> defaultPrincipals() {
        Map<Program, String> principals = new EnumMap<>(Program.class);
        Arrays.stream(Program.values())
                .filter(program -> program != Program.OUTSIDE)
                .forEach(program -> principals.put(program, TopicAccess.defaultPrincipal(program)));
        return principals;
    }

    private static String kafkaAcls(AclBinding binding) {
        String resource =
                switch (binding.pattern().resourceType()) {
                    case TOPIC -> "--topic";
                    case GROUP -> "--group";
                    case TRANSACTIONAL_ID -> "--transactional-id";
                    default -> throw new IllegalStateException(binding.toString());
                };
        return "kafka-acls --add --allow-principal %s --operation %s %s '%s'%s"
                .formatted(
                        binding.entry().principal(),
                        binding.entry()
                                .operation()
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace("_", ""),
                        resource,
                        binding.pattern().name(),
                        binding.pattern().patternType() == PatternType.PREFIXED
                                ? " --resource-pattern-type prefixed"
                                : "");
    }

    private static String kept(TopicDescription topic) {
        return switch (topic.cleanup()) {
            case COMPACT -> "newest";
            case DELETE ->
                    topic.retention().map(Duration::toDays).map(days -> days + " d").orElse("all");
        };
    }

    private static String labels(Set<Program> programs) {
        return programs.isEmpty()
                ? "-"
                : programs.stream().sorted().map(Program::label).collect(Collectors.joining(","));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
