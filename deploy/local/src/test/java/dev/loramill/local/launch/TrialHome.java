package dev.loramill.local.launch;

import dev.loramill.llama.tiny.TinyLlama;
import dev.loramill.process.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A home and a checkout for one test, with stand-ins for the services, on free ports. */
final class TrialHome {
    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();

    TrialHome(Path directory) throws IOException {
        this.directory = directory;
        for (Service service : Service.values()) {
            writeJar(
                    directory
                            .resolve("checkout")
                            .resolve(service.module())
                            .resolve("target/quarkus-app/quarkus-run.jar"));
        }
        TinyLlama.standard().write(base());
        environment.put("LORAMILL_HOME", directory.resolve("home").toString());
        environment.put("LORAMILL_CHECKOUT", directory.resolve("checkout").toString());
        // No native code runs here, so none is to be fetched.
        environment.put("LORAMILL_LLAMA_NATIVES", directory.toString());
        List<ServerSocket> sockets = new ArrayList<>();
        List<String> names = new ArrayList<>(Service.labels());
        names.add(Ports.KAFKA);
        names.add(Ports.POSTGRES);
        for (String name : names) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            environment.put(Ports.variable(name), Integer.toString(socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    LoramillHome home() throws LaunchException {
        return LoramillHome.of(environment);
    }

    Path base() {
        return directory.resolve("tiny.gguf");
    }

    Path output() {
        return directory.resolve("output.txt");
    }

    TrialHome with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Gives a service a setting of its own, as its build does. */
    TrialHome channel(Service service, String key) throws IOException, LaunchException {
        return setting(service, "app/service.jar", "application.properties", key);
    }

    /** Gives a service a setting that one of its libraries brings. */
    TrialHome libraryChannel(Service service, String key) throws IOException, LaunchException {
        return setting(
                service,
                "lib/main/dev.loramill.loramill-outbox.jar",
                "META-INF/microprofile-config.properties",
                key);
    }

    private TrialHome setting(Service service, String jar, String file, String key)
            throws IOException, LaunchException {
        Path target = home().jar(service).resolveSibling(jar);
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        try (OutputStream out = Files.newOutputStream(target);
                JarOutputStream archive = new JarOutputStream(out)) {
            archive.putNextEntry(new JarEntry(file));
            archive.write((key + "=x\n").getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** Runs a command line of ./loramill as a process of its own. */
    Process run(String... arguments) throws IOException, LaunchException {
        List<String> command =
                JavaCommand.ofMain(OwnJvm.classPath(), "dev.loramill.local.cli.LoramillCommand")
                        .options(ServiceSpecs.mark(home(), "launcher"))
                        .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                        .arguments(arguments)
                        .words();
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** What all commands have printed. */
    String printed() throws IOException {
        return Files.exists(output()) ? Files.readString(output()) : "";
    }

    private static void writeJar(Path jar) throws IOException {
        Path parent = jar.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(Attributes.Name.MAIN_CLASS, StandInService.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classes());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out, manifest)) {
            archive.finish();
        }
    }

    /** Where the stand-in's class lies. */
    private static String classes() {
        String file = StandInService.class.getName().replace('.', '/') + ".class";
        String url =
                Objects.requireNonNull(StandInService.class.getResource("/" + file), file)
                        .toString();
        return url.substring(0, url.length() - file.length());
    }
}
