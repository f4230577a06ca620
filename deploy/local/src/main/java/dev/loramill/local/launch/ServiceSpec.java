package dev.loramill.local.launch;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How to run one service.
 *
 * @param name name that people use
 * @param port port of its HTTP interface
 * @param command program and arguments
 * @param environment variables besides the launcher's own
 * @param withheld variables of the launcher's that it is not to have
 * @param log file that its output is appended to
 * @param pidFile file that holds its process id while it runs
 * @param readiness address that answers 200 when it is ready
 */
record ServiceSpec(
        String name,
        int port,
        List<String> command,
        Map<String, String> environment,
        Set<String> withheld,
        Path log,
        Path pidFile,
        URI readiness) {
    ServiceSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        withheld = Set.copyOf(withheld);
    }
}
