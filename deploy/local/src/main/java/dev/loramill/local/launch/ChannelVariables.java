package dev.loramill.local.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Variables that set up a messaging channel, such as {@code
 * MP_MESSAGING_INCOMING_OUTCOMES_CONCURRENCY}. The launcher's environment reaches all services, but
 * one that does not have the channel takes the variable for a channel without a connector and does
 * not start; so each variable goes to the services that have its channel.
 */
final class ChannelVariables {
    private static final Pattern KEY =
            Pattern.compile("(?:%[^.]+\\.)?mp\\.messaging\\.(incoming|outgoing)\\.([^.]+)\\..+");
    private static final Pattern PREFIX = Pattern.compile("MP_MESSAGING_(INCOMING|OUTGOING)_.+");

    private static final List<String> SETTINGS =
            List.of("application.properties", "META-INF/microprofile-config.properties");

    private final Map<Service, Set<String>> withheld;

    private ChannelVariables(Map<Service, Set<String>> withheld) {
        this.withheld = withheld;
    }

    /**
     * Looks at an environment.
     *
     * @param variables names of its variables
     * @param home where the services lie, whose own settings name their channels
     * @throws LaunchException for a variable of a channel that no service has
     */
    static ChannelVariables of(Collection<String> variables, LoramillHome home)
            throws LaunchException, IOException {
        List<String> ofChannels =
                variables.stream()
                        .filter(variable -> PREFIX.matcher(asVariable(variable)).matches())
                        .sorted()
                        .toList();
        Map<Service, Set<String>> withheld = new EnumMap<>(Service.class);
        if (ofChannels.isEmpty()) {
            return new ChannelVariables(withheld);
        }
        Map<Service, Set<String>> channels = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            channels.put(service, channels(home.jar(service)));
        }
        Map<String, String> channelOf = new HashMap<>();
        for (String variable : ofChannels) {
            channelOf.put(variable, channel(variable, channels));
        }
        channels.forEach((service, own) ->
                withheld.put(
                        service,
                        ofChannels.stream()
                                .filter(variable -> !own.contains(channelOf.get(variable)))
                                .collect(Collectors.toUnmodifiableSet())));
        return new ChannelVariables(withheld);
    }

    /** Variables that a service is not to have. */
    Set<String> withheldFrom(Service service) {
        return withheld.getOrDefault(service, Set.of());
    }

    private static String channel(String variable, Map<Service, Set<String>> channels)
            throws LaunchException {
        Set<String> all = new TreeSet<>();
        channels.values().forEach(all::addAll);
        String longest = "";
        for (String channel : all) {
            // One channel's name may begin with another's.
            if (asVariable(variable).startsWith(asVariable(channel) + "_")
                    && channel.length() > longest.length()) {
                longest = channel;
            }
        }
        if (longest.isEmpty()) {
            throw new LaunchException(
                    "variable \"%s\" sets up a channel that no service has; allowed are those that begin with %s; correct it, or unset it"
                            .formatted(
                                    variable,
                                    all.stream()
                                            .map(channel -> asVariable(channel) + "_")
                                            .collect(Collectors.joining(", "))));
        }
        return longest;
    }

    /** Names such as {@code mp.messaging.incoming.outcomes}. */
    private static Set<String> channels(Path runner) throws IOException {
        Set<String> channels = new TreeSet<>();
        // The service's own settings, and those of our libraries, such as the outbox's.
        List<Path> jars = new ArrayList<>(files(runner.resolveSibling("app"), "*.jar"));
        jars.addAll(files(runner.resolveSibling("lib").resolve("main"), "dev.loramill.*.jar"));
        for (Path jar : jars) {
            for (String key : settings(jar).stringPropertyNames()) {
                Matcher channel = KEY.matcher(key);
                if (channel.matches()) {
                    channels.add(
                            "mp.messaging.%s.%s".formatted(channel.group(1), channel.group(2)));
                }
            }
        }
        return channels;
    }

    private static List<Path> files(Path directory, String pattern) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
                found.forEach(files::add);
            }
        }
        return files;
    }

    private static Properties settings(Path jar) throws IOException {
        Properties settings = new Properties();
        try (FileSystem archive = FileSystems.newFileSystem(jar)) {
            for (String name : SETTINGS) {
                Path file = archive.getPath(name);
                if (Files.exists(file)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        settings.load(in);
                    }
                }
            }
        }
        return settings;
    }

    private static String asVariable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
