package dev.loramill.local.launch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the launcher tells other commands about itself, in {@code run/state.json}.
 *
 * @param pid process id of the launcher
 * @param phase how far it is
 * @param base id of the base that is served
 * @param ports ports by name, as the launcher was given them
 * @param services the services
 * @param leftOut names of the services that somebody else runs
 */
public record RunState(
        long pid,
        Phase phase,
        String base,
        Map<String, Integer> ports,
        List<ServiceState> services,
        List<String> leftOut) {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    public RunState {
        ports = Map.copyOf(ports);
        services = List.copyOf(services);
        // One of another version says nothing of it.
        leftOut = List.copyOf(Objects.requireNonNullElse(leftOut, List.of()));
    }

    /** How far a launcher is. */
    public enum Phase {
        STARTING,
        RUNNING,
        STOPPING
    }

    /**
     * A service as the launcher knows it.
     *
     * @param name name that people use
     * @param pid process id, or 0 while there is no process
     * @param port port of its HTTP interface
     * @param restarts how often it has been started again
     */
    public record ServiceState(String name, long pid, int port, int restarts) {}

    /** State of the launcher that runs in a home; empty when none does. */
    public static Optional<RunState> read(LoramillHome home) throws IOException {
        try {
            RunState state = MAPPER.readValue(Files.readAllBytes(file(home)), RunState.class);
            return KnownProcess.find(state.pid(), ServiceSpecs.mark(home, "launcher")).isPresent()
                    ? Optional.of(state)
                    : Optional.empty();
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /**
     * The home with the ports of its launcher, which need not be those of this program's variables.
     *
     * @throws LaunchException when the launcher has told no ports
     */
    public LoramillHome at(LoramillHome home) throws LaunchException {
        return new LoramillHome(home.directory(), home.checkout(), Ports.given(ports));
    }

    void write(LoramillHome home) throws IOException {
        Path temporary = home.run().resolve("state.json.tmp");
        Files.write(temporary, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        Files.move(
                temporary,
                file(home),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    static void delete(LoramillHome home) throws IOException {
        Files.deleteIfExists(file(home));
    }

    private static Path file(LoramillHome home) {
        return home.run().resolve("state.json");
    }
}
