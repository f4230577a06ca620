package dev.loramill.local.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a start is asked for.
 *
 * @param base id or path of the base to serve
 * @param leftOut services that somebody else runs, such as a developer in dev mode
 * @param isSecured whether clients of the broker come over TLS; a name and a password it wants
 *     always
 */
public record UpOptions(String base, Set<Service> leftOut, boolean isSecured) {
    public UpOptions {
        leftOut = Set.copyOf(leftOut);
    }

    /** Everything, on a base. */
    public static UpOptions everything(String base) {
        return new UpOptions(base, Set.of(), false);
    }

    /**
     * Services by their names.
     *
     * @throws LaunchException naming every name that is none, and those that are
     */
    public static Set<Service> services(List<String> names) throws LaunchException {
        Set<Service> services = new TreeSet<>();
        List<String> faults = new ArrayList<>();
        for (String name : names) {
            Service.named(name)
                    .ifPresentOrElse(
                            services::add,
                            () ->
                                    faults.add(
                                            "there is no service \"%s\" to leave out; allowed are %s"
                                                    .formatted(
                                                            name,
                                                            String.join(", ", Service.labels()))));
        }
        if (!faults.isEmpty()) {
            throw new LaunchException(String.join(System.lineSeparator(), faults));
        }
        return services;
    }

    /** The command line of {@code up} that asks for the same. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("up", "--base", base));
        leftOut.stream()
                .sorted()
                .forEach(service -> arguments.addAll(List.of("--without", service.label())));
        if (isSecured) {
            arguments.add("--secured");
        }
        return arguments;
    }
}
