package dev.loramill.local;

import dev.loramill.events.Program;
import dev.loramill.topics.TopicAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What makes a broker a guarded one: a certificate of its own, and a password for an administrator
 * and for each program, in a directory that only its owner may read. Clients come over TLS and
 * prove their names by SCRAM-SHA-512.
 */
public final class KafkaSecurity {
    private static final String ADMIN = "admin";
    private static final String MECHANISM = "SCRAM-SHA-512";
    private static final String PROTOCOL = "SASL_SSL";
    private static final String ALIAS = "broker";
    private static final String STORE_TYPE = "PKCS12";
    private static final long KEYTOOL_SECONDS = 60;
    private static final int SECRET_BITS = 160;

    private final Path directory;
    private final Map<String, String> passwords;
    private final String storePassword;

    private KafkaSecurity(Path directory, Map<String, String> passwords, String storePassword) {
        this.directory = directory;
        this.passwords = Map.copyOf(passwords);
        this.storePassword = storePassword;
    }

    /**
     * The secrets in a directory; made when it holds none.
     *
     * @throws IOException when they can be neither read nor made
     */
    public static KafkaSecurity in(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Path file = absolute.resolve("secrets.properties");
        if (!Files.exists(file)) {
            make(absolute, file);
        }
        Properties secrets = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            secrets.load(in);
        }
        Map<String, String> passwords = new LinkedHashMap<>();
        for (String name : names()) {
            passwords.put(name, secret(secrets, name, file));
        }
        return new KafkaSecurity(absolute, passwords, secret(secrets, "store", file));
    }

    /** Client settings of the administrator, who may do everything. */
    public Map<String, String> admin() {
        return client(ADMIN);
    }

    /** Client settings of a program, by Kafka's keys. */
    public Map<String, String> client(Program program) {
        return client(TopicAccess.defaultName(program));
    }

    /** The same as variables of a Quarkus service, such as {@code KAFKA_SASL_MECHANISM}. */
    public Map<String, String> environment(Program program) {
        return client(program).entrySet().stream()
                .collect(
                        Collectors.toMap(
                                setting ->
                                        "KAFKA_"
                                                + setting.getKey()
                                                        .replace('.', '_')
                                                        .toUpperCase(Locale.ROOT),
                                Map.Entry::getValue));
    }

    /** Names and passwords as the broker's storage is formatted with. */
    List<String> scramArguments() {
        return passwords.entrySet().stream()
                .map(login ->
                        "%s=[name=%s,password=%s]"
                                .formatted(MECHANISM, login.getKey(), login.getValue()))
                .toList();
    }

    /** Settings of the broker, beside those of any. */
    Map<String, String> broker() {
        String listener = "listener.name.clients.";
        Map<String, String> settings = new HashMap<>();
        settings.put("sasl.enabled.mechanisms", MECHANISM);
        settings.put("sasl.mechanism.inter.broker.protocol", MECHANISM);
        settings.put(listener + "sasl.enabled.mechanisms", MECHANISM);
        settings.put(
                listener + MECHANISM.toLowerCase(Locale.ROOT) + ".sasl.jaas.config", jaas(ADMIN));
        settings.put("ssl.keystore.location", keyStore().toString());
        settings.put("ssl.keystore.type", STORE_TYPE);
        settings.put("ssl.keystore.password", storePassword);
        settings.put("ssl.key.password", storePassword);
        settings.put("ssl.truststore.location", trustStore().toString());
        settings.put("ssl.truststore.type", STORE_TYPE);
        settings.put("ssl.truststore.password", storePassword);
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // Only the controller, on a loopback port of its own, is asked without a name.
        settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        settings.put("allow.everyone.if.no.acl.found", "false");
        return settings;
    }

    /** Kafka's name of how clients come. */
    static String protocol() {
        return PROTOCOL;
    }

    private Map<String, String> client(String name) {
        return Map.of(
                "security.protocol",
                PROTOCOL,
                "sasl.mechanism",
                MECHANISM,
                "sasl.jaas.config",
                jaas(name),
                "ssl.truststore.location",
                trustStore().toString(),
                "ssl.truststore.type",
                STORE_TYPE,
                "ssl.truststore.password",
                storePassword);
    }

    private String jaas(String name) {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                .formatted(name, passwords.get(name));
    }

    private Path keyStore() {
        return keyStore(directory);
    }

    private Path trustStore() {
        return directory.resolve("trust.p12");
    }

    private static Path keyStore(Path directory) {
        return directory.resolve("broker.p12");
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(ADMIN));
        Arrays.stream(Program.values()).map(TopicAccess::defaultName).forEach(names::add);
        return names;
    }

    private static String secret(Properties secrets, String name, Path file) throws IOException {
        String secret = secrets.getProperty(name);
        if (secret == null) {
            throw new IOException("\"%s\" holds no secret \"%s\"".formatted(file, name));
        }
        return secret;
    }

    private static void make(Path directory, Path file) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        SecureRandom random = new SecureRandom();
        Properties secrets = new Properties();
        for (String name : names()) {
            secrets.setProperty(name, secret(random));
        }
        String storePassword = secret(random);
        secrets.setProperty("store", storePassword);
        makeCertificate(directory, storePassword);
        // Last, since its presence says that all is there.
        try (OutputStream out = Files.newOutputStream(file)) {
            secrets.store(out, null);
        }
    }

    private static String secret(SecureRandom random) {
        return new BigInteger(SECRET_BITS, random).toString(Character.MAX_RADIX);
    }

    private static void makeCertificate(Path directory, String password) throws IOException {
        Files.deleteIfExists(keyStore(directory));
        ProcessBuilder keytool =
                new ProcessBuilder(
                        Path.of(String.valueOf(System.getProperty("java.home")), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=loramill",
                        "-ext",
                        "SAN=ip:127.0.0.1,dns:localhost",
                        "-validity",
                        "3650",
                        "-storetype",
                        STORE_TYPE,
                        "-keystore",
                        keyStore(directory).toString(),
                        "-storepass:env",
                        "LORAMILL_STORE_PASSWORD");
        keytool.environment().put("LORAMILL_STORE_PASSWORD", password);
        Process process = keytool.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool cannot make a certificate: " + said.strip());
            }
            trust(directory, password);
        } catch (GeneralSecurityException e) {
            throw new IOException("the broker's certificate cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while making a certificate", e);
        }
    }

    /** Puts the broker's certificate where clients look for those that they trust. */
    private static void trust(Path directory, String password)
            throws IOException, GeneralSecurityException {
        KeyStore broker = KeyStore.getInstance(STORE_TYPE);
        try (InputStream in = Files.newInputStream(keyStore(directory))) {
            broker.load(in, password.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance(STORE_TYPE);
        trusted.load(null, null);
        trusted.setCertificateEntry(ALIAS, Objects.requireNonNull(broker.getCertificate(ALIAS)));
        try (OutputStream out = Files.newOutputStream(directory.resolve("trust.p12"))) {
            trusted.store(out, password.toCharArray());
        }
    }
}
