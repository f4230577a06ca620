package dev.loramill.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server beside this JVM, on the loopback interface, that keeps its data; what it
 * committed survives a loss of power. A server that a killed JVM left behind on the same directory
 * is stopped first.
 */
public final class LocalPostgres implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String USER = "postgres";
    private static final Duration STARTUP = Duration.ofSeconds(60);
    private static final Duration ORPHAN_STOP = Duration.ofSeconds(10);

    private final EmbeddedPostgres server;
    private final Path data;

    private LocalPostgres(EmbeddedPostgres server, Path data) {
        this.server = server;
        this.data = data;
    }

    /**
     * Where a server keeps what.
     *
     * @param data directory of its data; made when it is not there
     * @param programs directory, outside of {@code data}, where its programs are unpacked once
     * @param log file that its messages are appended to
     * @param port port to listen on, or 0 for a free one
     */
    public record Settings(Path data, Path programs, Path log, int port) {}

    /**
     * Starts a server for a test: its programs lie in the system's directory for temporary files,
     * where all such servers share them, and it ends with this JVM.
     *
     * @param dataDirectory where its data lies; made when it is not there
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the server does not start
     */
    public static LocalPostgres start(Path dataDirectory, int port) throws IOException {
        return start(
                dataDirectory,
                port,
                EmbeddedPostgres.builder()
                        .setRegisterShutdownHook(true)
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD));
    }

    /**
     * Starts a server that runs until it is closed.
     *
     * @throws IOException when the server does not start
     */
    public static LocalPostgres start(Settings settings) throws IOException {
        Files.createDirectories(settings.programs());
        ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(settings.log().toFile());
        return start(
                settings.data(),
                settings.port(),
                EmbeddedPostgres.builder()
                        .setRegisterShutdownHook(false)
                        .setOverrideWorkingDirectory(settings.programs().toAbsolutePath().toFile())
                        .setErrorRedirector(log)
                        .setOutputRedirector(log));
    }

    private static LocalPostgres start(
            Path dataDirectory, int port, EmbeddedPostgres.Builder builder) throws IOException {
        Path data = dataDirectory.toAbsolutePath();
        Files.createDirectories(data);
        stopOrphan(data);
        builder.setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(STARTUP)
                // The library starts PostgreSQL for throw-away data and has these off.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("listen_addresses", HOST)
                .setServerConfig("max_connections", "200");
        if (port != 0) {
            builder.setPort(port);
        }
        return new LocalPostgres(builder.start(), data);
    }

    /**
     * Ends a server that a killed process has left on a directory; nothing happens when there is
     * none.
     *
     * @throws IOException when its traces cannot be read, or the wait for its end is interrupted
     */
    public static void stopOrphan(Path data) throws IOException {
        Optional<ProcessHandle> orphan = serverOn(data);
        if (orphan.isEmpty()) {
            return;
        }
        orphan.get().destroy();
        try {
            orphan.get().onExit().get(ORPHAN_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // What it has committed is in its write-ahead log.
            orphan.get().destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping an old PostgreSQL server", e);
        }
    }

    private static Optional<ProcessHandle> serverOn(Path data) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,10}")) {
            return Optional.empty();
        }
        // The number may belong to another program by now.
        return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                .filter(process ->
                        process.info()
                                .commandLine()
                                .filter(command -> command.contains(data.toString()))
                                .isPresent());
    }

    /** Whether the server's process is there. */
    public boolean isRunning() {
        try {
            return serverOn(data).filter(ProcessHandle::isAlive).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Makes a database when there is none of that name.
     *
     * @param name lower-case letters, digits and underscores
     * @throws IOException when the server refuses
     */
    public void createDatabase(String name) throws IOException {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    "database name \"%s\" must be lower-case letters, digits and underscores"
                            .formatted(name));
        }
        try (Connection connection = dataSource(USER).getConnection();
                PreparedStatement find =
                        connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?");
                Statement create = connection.createStatement()) {
            find.setString(1, name);
            try (ResultSet found = find.executeQuery()) {
                if (!found.next()) {
                    create.execute("CREATE DATABASE " + name);
                }
            }
        } catch (SQLException e) {
            throw new IOException("cannot make database \"%s\"".formatted(name), e);
        }
    }

    /** JDBC address of a database, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(HOST, server.getPort(), database);
    }

    /** Name of the user that owns everything. */
    public String user() {
        return USER;
    }

    /** Password of the user; the server trusts every connection of this machine. */
    public String password() {
        return USER;
    }

    /** Port that the server listens on. */
    public int port() {
        return server.getPort();
    }

    /** Connections to a database, unpooled. */
    public DataSource dataSource(String database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl(database));
        dataSource.setUser(user());
        dataSource.setPassword(password());
        return dataSource;
    }

    /**
     * Kills the server as kill -9 does, and waits until its children have noticed and ended; then
     * another can be started on its data.
     *
     * @throws IOException when it is not there, or does not end
     */
    public void kill() throws IOException {
        ProcessHandle postmaster =
                serverOn(data)
                        .orElseThrow(() ->
                                new IOException(
                                        "no PostgreSQL server runs on \"%s\"".formatted(data)));
        List<ProcessHandle> all =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        postmaster.destroyForcibly();
        try {
            CompletableFuture.allOf(
                            all.stream()
                                    .map(ProcessHandle::onExit)
                                    .toArray(CompletableFuture[]::new))
                    .get(STARTUP.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a killed PostgreSQL server does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while killing a PostgreSQL server", e);
        }
        // Gives its lock on the data back; there is nothing left to stop.
        server.close();
    }

    /**
     * Stops the server in order; its data stays.
     *
     * @throws IOException when the server does not stop
     */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
