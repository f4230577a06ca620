package dev.loramill.local.launch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Loopback ports of the services, the broker and the database, each moved by a variable. */
public final class Ports {
    /** Name of the broker's port. */
    public static final String KAFKA = "kafka";

    /** Name of the database server's port. */
    public static final String POSTGRES = "postgres";

    private static final int DEFAULT_KAFKA = 19092;
    private static final int DEFAULT_POSTGRES = 15432;
    private static final int LARGEST = 65535;

    private final Map<String, Integer> byName;

    private Ports(Map<String, Integer> byName) {
        this.byName = byName;
    }

    /**
     * Reads the ports from variables such as {@code LORAMILL_PORT_INGEST}.
     *
     * @throws LaunchException naming every variable whose value is no port, and ports given twice
     */
    public static Ports of(Map<String, String> environment) throws LaunchException {
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (Service service : Service.values()) {
            ports.put(service.label(), service.defaultPort());
        }
        ports.put(KAFKA, DEFAULT_KAFKA);
        ports.put(POSTGRES, DEFAULT_POSTGRES);
        List<String> faults = new ArrayList<>();
        Map<Integer, String> owners = new HashMap<>();
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            String value = environment.get(variable(port.getKey()));
            if (value != null) {
                if (!value.matches("[0-9]{1,5}")
                        || Integer.parseInt(value) < 1
                        || Integer.parseInt(value) > LARGEST) {
                    faults.add(
                            "%s must be a port in [1, %d], got \"%s\""
                                    .formatted(variable(port.getKey()), LARGEST, value));
                    continue;
                }
                port.setValue(Integer.valueOf(value));
            }
            String owner = owners.putIfAbsent(port.getValue(), port.getKey());
            if (owner != null) {
                faults.add(
                        "port %d is given to both %s and %s; move one by %s or %s"
                                .formatted(
                                        port.getValue(),
                                        owner,
                                        port.getKey(),
                                        variable(owner),
                                        variable(port.getKey())));
            }
        }
        if (!faults.isEmpty()) {
            throw new LaunchException(String.join(System.lineSeparator(), faults));
        }
        return new Ports(ports);
    }

    /**
     * The ports that a launcher has told.
     *
     * @throws LaunchException when one is missing
     */
    static Ports given(Map<String, Integer> byName) throws LaunchException {
        Ports defaults = of(Map.of());
        if (!byName.keySet().containsAll(defaults.byName.keySet())) {
            throw new LaunchException(
                    "the launcher is of another version of Loramill; end it by ./loramill down and start it again");
        }
        return new Ports(Map.copyOf(byName));
    }

    /** All ports by name. */
    Map<String, Integer> byName() {
        return Map.copyOf(byName);
    }

    /** Port of a service, in the sense of its HTTP interface. */
    public int of(Service service) {
        return of(service.label());
    }

    /** Port of a service's label, {@link #KAFKA} or {@link #POSTGRES}. */
    public int of(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /** The variables that give these ports to another program. */
    Map<String, String> environment() {
        return byName.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                port -> variable(port.getKey()),
                                port -> port.getValue().toString()));
    }

    /** Variable that moves a port. */
    public static String variable(String name) {
        return "LORAMILL_PORT_" + name.toUpperCase(Locale.ROOT);
    }

    /**
     * Makes sure that nothing listens on any of the ports.
     *
     * @param leftOut services that somebody else may run there already
     * @throws LaunchException naming each port that is taken, who needs it and how to move it
     */
    void requireFree(Set<Service> leftOut) throws LaunchException {
        List<String> faults = new ArrayList<>();
        for (Map.Entry<String, Integer> port : byName.entrySet()) {
            boolean isOurs = Service.named(port.getKey()).filter(leftOut::contains).isEmpty();
            if (isOurs && !isFree(port.getValue())) {
                faults.add(
                        "port %d is taken by another program, and %s needs it: end that program, or give %s another port by %s=NUMBER"
                                .formatted(
                                        port.getValue(),
                                        port.getKey(),
                                        port.getKey(),
                                        variable(port.getKey())));
            }
        }
        if (!faults.isEmpty()) {
            throw new LaunchException(String.join(System.lineSeparator(), faults));
        }
    }

    /** Whether nothing listens on a loopback port. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // As servers do, so that connections that are just closing do not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether something listens on a loopback port. */
    static boolean isOpen(int port) {
        return !isFree(port);
    }
}
