package dev.loramill.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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

    private final EmbeddedPostgres server;

    private LocalPostgres(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts a server whose programs lie in the system's directory for temporary files, where all
     * servers of this kind share them; for tests.
     *
     * @param dataDirectory where its data lies; made when it is not there
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the server does not start
     */
    public static LocalPostgres start(Path dataDirectory, int port) throws IOException {
        return start(dataDirectory, null, port);
    }

    /**
     * Starts a server.
     *
     * @param dataDirectory where its data lies; made when it is not there
     * @param programDirectory where its programs are unpacked once, outside the data directory, or
     *     null for the system's directory for temporary files
     * @param port port to listen on, or 0 for a free one
     * @throws IOException when the server does not start
     */
    public static LocalPostgres start(Path dataDirectory, @Nullable Path programDirectory, int port)
            throws IOException {
        Path data = dataDirectory.toAbsolutePath();
        Files.createDirectories(data);
        EmbeddedPostgres.Builder builder =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(true)
                        .setPGStartupWait(STARTUP)
                        // The library starts PostgreSQL for throw-away data and has these off.
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("full_page_writes", "on")
                        .setServerConfig("listen_addresses", HOST)
                        .setServerConfig("max_connections", "200")
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD);
        if (programDirectory != null) {
            Files.createDirectories(programDirectory);
            builder.setOverrideWorkingDirectory(programDirectory.toAbsolutePath().toFile());
        }
        if (port != 0) {
            builder.setPort(port);
        }
        return new LocalPostgres(builder.start());
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
     * Stops the server in order; its data stays.
     *
     * @throws IOException when the server does not stop
     */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
