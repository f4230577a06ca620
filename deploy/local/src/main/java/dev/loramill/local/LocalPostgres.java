package dev.loramill.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server beside this JVM, on the loopback interface, that keeps its data; what it
 * committed survives a loss of power. A server that a killed JVM left behind on the same directory
 * is stopped first.
 *
 * <p>It takes nobody without a password, and has no socket but that of TCP. The administrator's
 * password is random; data that was begun without one is given one before the server starts.
 */
public final class LocalPostgres implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String USER = "postgres";
    private static final Duration STARTUP = Duration.ofSeconds(60);
    private static final Duration ORPHAN_STOP = Duration.ofSeconds(10);

    /** Who may come, and how: everybody whom a database lets in, by password. */
    private static final String ACCESS =
            """
            # Written by Loramill at each start.
            host all all 127.0.0.1/32 scram-sha-256
            """;

    private static final Duration PASSWORD_SET_WITHIN = Duration.ofSeconds(60);

    /** Relations of a database whose owner is another role, as commands that pass them on. */
    private static final String PASS_ON =
            """
            SELECT format('ALTER %s %s OWNER TO %I',
                          CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                         WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
                          c.oid::regclass, ?)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
              AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
              AND c.relowner <> ?::regrole
              -- The sequence of a column follows its table.
              AND NOT EXISTS (SELECT 1 FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
            """;

    private final EmbeddedPostgres server;
    private final Path data;
    private final PostgresPasswords passwords;

    private LocalPostgres(EmbeddedPostgres server, Path data, PostgresPasswords passwords) {
        this.server = server;
        this.data = data;
        this.passwords = passwords;
    }

    /**
     * Where a server keeps what.
     *
     * @param data directory of its data; made when it is not there
     * @param programs directory, outside of {@code data}, where its programs are unpacked once
     * @param passwords file of its roles' passwords; made when it is not there
     * @param log file that its messages are appended to
     * @param port port to listen on, or 0 for a free one
     */
    public record Settings(Path data, Path programs, Path passwords, Path log, int port) {}

    /**
     * Starts a server for a test: its programs lie in the system's directory for temporary files,
     * where all such servers share them, and it ends with this JVM.
     *
     * @param dataDirectory where its data lies; made when it is not there. The passwords lie in a
     *     file beside it
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the server does not start
     */
    public static LocalPostgres start(Path dataDirectory, int port) throws IOException {
        Path data = dataDirectory.toAbsolutePath();
        return start(
                data,
                port,
                programsOfTests(),
                PostgresPasswords.in(data.resolveSibling(data.getFileName() + ".passwords")),
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
                settings.data().toAbsolutePath(),
                settings.port(),
                settings.programs(),
                PostgresPasswords.in(settings.passwords()),
                EmbeddedPostgres.builder()
                        .setRegisterShutdownHook(false)
                        .setOverrideWorkingDirectory(settings.programs().toAbsolutePath().toFile())
                        .setErrorRedirector(log)
                        .setOutputRedirector(log));
    }

    private static LocalPostgres start(
            Path data,
            int port,
            Path programs,
            PostgresPasswords passwords,
            EmbeddedPostgres.Builder builder)
            throws IOException {
        PrivateFiles.directory(data);
        stopOrphan(data);
        boolean isNewPassword = !passwords.has(USER);
        String password = passwords.of(USER);
        builder.setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(STARTUP)
                .setConnectConfig("password", password)
                .setDataDirectoryCustomizer(
                        prepared -> guard(prepared.toPath(), programs, isNewPassword, password))
                // The library starts PostgreSQL for throw-away data and has these off.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("listen_addresses", HOST)
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("password_encryption", "scram-sha-256")
                .setServerConfig("max_connections", "200");
        if (port != 0) {
            builder.setPort(port);
        }
        return new LocalPostgres(builder.start(), data, passwords);
    }

    /**
     * Gives data that nobody serves a password and the rules of access, unless it has them. The
     * rules are written last, because they tell that the password holds.
     */
    private static void guard(Path data, Path programs, boolean isNewPassword, String password) {
        Path rules = data.resolve("pg_hba.conf");
        try {
            if (!isNewPassword && Files.exists(rules) && Files.readString(rules).equals(ACCESS)) {
                return;
            }
            setPassword(data, programs, password);
            PrivateFiles.write(rules, ACCESS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets the administrator's password without a server, to whom others could speak meanwhile. */
    private static void setPassword(Path data, Path programs, String password) throws IOException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // As the library does for root, whom PostgreSQL refuses.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(
                List.of(program(programs).toString(), "--single", "-D", data.toString(), USER));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(
                        "ALTER ROLE %s PASSWORD '%s'%n"
                                .formatted(USER, password)
                                .getBytes(StandardCharsets.UTF_8));
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PASSWORD_SET_WITHIN.toSeconds(), TimeUnit.SECONDS)
                    || process.exitValue() != 0
                    || said.contains("ERROR:")) {
                throw new IOException(
                        "PostgreSQL does not take a password for its data in \"%s\": %s"
                                .formatted(data, said.strip()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while setting a password", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The server's program, which the library has unpacked by then. */
    private static Path program(Path programs) throws IOException {
        // A JVM unpacks once, into the directory of the server that it started first.
        for (Path directory : List.of(programs, programsOfTests())) {
            try (Stream<Path> unpacked =
                    Files.isDirectory(directory) ? Files.list(directory) : Stream.empty()) {
                Optional<Path> newest =
                        unpacked.filter(each -> Files.exists(each.resolve(".exists")))
                                .max(Comparator.comparing(each -> each.toFile().lastModified()))
                                .map(each -> each.resolve("bin/postgres"));
                if (newest.isPresent()) {
                    return newest.get();
                }
            }
        }
        throw new IOException("the programs of PostgreSQL are not in \"%s\"".formatted(programs));
    }

    /** The library's own choice. */
    private static Path programsOfTests() {
        String named = System.getProperty("ot.epg.working-dir");
        String temporary = Objects.requireNonNull(System.getProperty("java.io.tmpdir"));
        return named == null ? Path.of(temporary, "embedded-pg") : Path.of(named);
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
     * Makes a database when there is none of that name; the administrator owns it.
     *
     * @param name lower-case letters, digits and underscores
     * @throws IOException when the server refuses
     */
    public void createDatabase(String name) throws IOException {
        requireName(name);
        try (Connection connection = dataSource(USER).getConnection();
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", name)) {
                statement.execute("CREATE DATABASE " + name);
            }
        } catch (SQLException e) {
            throw new IOException("cannot make database \"%s\"".formatted(name), e);
        }
    }

    /**
     * Makes a database, and a role of the same name that owns it and all that is in it, may connect
     * to no other, and is no superuser. What is there already is brought to that: a database of the
     * administrator's passes to the role.
     *
     * @param name lower-case letters, digits and underscores
     * @return whether a database that was there got a role
     * @throws IOException when the server refuses
     */
    public boolean createOwnedDatabase(String name) throws IOException {
        requireName(name);
        boolean isThere;
        boolean hasRole;
        try (Connection connection = dataSource(USER).getConnection();
                Statement statement = connection.createStatement()) {
            isThere = exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", name);
            hasRole = exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", name);
            if (!hasRole) {
                statement.execute("CREATE ROLE " + name);
            }
            statement.execute(
                    "ALTER ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
                            .formatted(name));
            // Hashed here, so that the server does not see it.
            connection
                    .unwrap(PGConnection.class)
                    .alterUserPassword(name, passwords.of(name).toCharArray(), "scram-sha-256");
            statement.execute(
                    isThere
                            ? "ALTER DATABASE %s OWNER TO %s".formatted(name, name)
                            : "CREATE DATABASE %s OWNER %s".formatted(name, name));
            for (String closed : List.of(name, USER, "template1")) {
                statement.execute("REVOKE ALL ON DATABASE %s FROM PUBLIC".formatted(closed));
            }
        } catch (SQLException e) {
            throw new IOException("cannot make database \"%s\"".formatted(name), e);
        }
        if (isThere) {
            passOn(name);
        }
        return isThere && !hasRole;
    }

    private void passOn(String name) throws IOException {
        try (Connection connection = dataSource(name).getConnection();
                PreparedStatement find = connection.prepareStatement(PASS_ON);
                Statement statement = connection.createStatement()) {
            find.setString(1, name);
            find.setString(2, name);
            List<String> commands = new ArrayList<>();
            try (ResultSet found = find.executeQuery()) {
                while (found.next()) {
                    commands.add(String.valueOf(found.getString(1)));
                }
            }
            for (String command : commands) {
                statement.execute(command);
            }
        } catch (SQLException e) {
            throw new IOException(
                    "cannot give what is in database \"%s\" to its role".formatted(name), e);
        }
    }

    private static boolean exists(Connection connection, String query, String name)
            throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(query)) {
            find.setString(1, name);
            try (ResultSet found = find.executeQuery()) {
                return found.next();
            }
        }
    }

    private static void requireName(String name) {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    "database name \"%s\" must be lower-case letters, digits and underscores"
                            .formatted(name));
        }
    }

    /** JDBC address of a database, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(HOST, server.getPort(), database);
    }

    /** Name of the administrator, who may do everything. */
    public String user() {
        return USER;
    }

    /** Password of the administrator. */
    public String password() {
        return password(USER);
    }

    /** Password of a role, which {@link #createOwnedDatabase} has made. */
    public String password(String role) {
        try {
            return passwords.of(role);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Port that the server listens on. */
    public int port() {
        return server.getPort();
    }

    /** Connections of the administrator to a database, unpooled. */
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
