package dev.loramill.local;

import dev.loramill.events.Program;
import dev.loramill.topics.TopicAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * What makes a broker a guarded one: a password for an administrator and for each program, in a
 * directory that only its owner may read. Clients prove their names by SCRAM-SHA-512, which sends
 * no password; over TLS when asked for, with a certificate of its own.
 */
public final class KafkaSecurity {
    private static final String ADMIN = "admin";

    /** Who the broker itself is; the only one whom the mechanism of brokers lets in. */
    private static final String BROKER = "broker";

    private static final String STORE = "store";
    private static final String MECHANISM = "SCRAM-SHA-512";

    /** SCRAM's passwords lie in metadata, which a broker is yet to load, or to be told. */
    private static final String BROKER_MECHANISM = "PLAIN";

    private static final int SCRAM_ITERATIONS = 8192;
    private static final String ALIAS = "broker";
    private static final String STORE_TYPE = "PKCS12";
    private static final long KEYTOOL_SECONDS = 60;
    private static final int SECRET_BITS = 160;

    private final Path directory;
    private final Map<String, String> secrets;
    private final boolean isOverTls;

    private KafkaSecurity(Path directory, Map<String, String> secrets, boolean isOverTls) {
        this.directory = directory;
        this.secrets = Map.copyOf(secrets);
        this.isOverTls = isOverTls;
    }

    /**
     * The secrets in a directory; those that it does not hold are made. Clients come without TLS,
     * which is for a broker on the loopback interface.
     *
     * @throws IOException when they can be neither read nor made
     */
    public static KafkaSecurity in(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        PrivateFiles.directory(absolute);
        Path file = absolute.resolve("secrets.properties");
        Properties found = new Properties();
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                found.load(in);
            }
        }
        SecureRandom random = new SecureRandom();
        Map<String, String> secrets = new TreeMap<>();
        Stream.concat(logins().stream(), Stream.of(BROKER, STORE))
                .forEach(name ->
                        secrets.put(
                                name,
                                Objects.requireNonNullElseGet(
                                        found.getProperty(name), () -> secret(random))));
        if (!secrets.equals(found)) {
            write(file, secrets);
        }
        return new KafkaSecurity(absolute, secrets, false);
    }

    /**
     * The same for clients that come over TLS; the certificate is made when there is none.
     *
     * @throws IOException when it cannot be made
     */
    public KafkaSecurity overTls() throws IOException {
        if (!Files.exists(trustStore())) {
            makeCertificate(directory, secret(STORE));
        }
        return new KafkaSecurity(directory, secrets, true);
    }

    /**
     * Writes settings of Kafka's own tools into files of the directory: {@code admin.properties}
     * for one who may do everything, {@code producer.properties} for whoever submits rows.
     *
     * @param bootstrapServers address of the broker
     */
    public void writeClients(String bootstrapServers) throws IOException {
        Map<String, Map<String, String>> clients =
                Map.of(
                        "admin.properties", admin(),
                        "producer.properties", client(Program.OUTSIDE));
        for (Map.Entry<String, Map<String, String>> client : clients.entrySet()) {
            Map<String, String> settings = new TreeMap<>(client.getValue());
            settings.put("bootstrap.servers", bootstrapServers);
            write(directory.resolve(client.getKey()), settings);
        }
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

    /** What sets the password of each client to what it is here. */
    List<UserScramCredentialAlteration> credentials() {
        return logins().stream()
                .<UserScramCredentialAlteration>map(name ->
                        new UserScramCredentialUpsertion(
                                name,
                                new ScramCredentialInfo(
                                        ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS),
                                secret(name)))
                .toList();
    }

    /** Client settings of the broker itself, which has a name before anybody has a password. */
    Map<String, String> ofBroker() {
        return client(BROKER_MECHANISM, plainJaas());
    }

    /** Settings of the broker, beside those of any. */
    Map<String, String> broker() {
        Map<String, String> settings = new HashMap<>();
        for (String listener : List.of("clients", "controller")) {
            String prefix = "listener.name." + listener + ".";
            settings.put(
                    prefix + BROKER_MECHANISM.toLowerCase(Locale.ROOT) + ".sasl.jaas.config",
                    plainJaas());
            settings.put(prefix + "sasl.enabled.mechanisms", BROKER_MECHANISM);
        }
        String clients = "listener.name.clients.";
        settings.put(clients + "sasl.enabled.mechanisms", MECHANISM + "," + BROKER_MECHANISM);
        settings.put(
                clients + MECHANISM.toLowerCase(Locale.ROOT) + ".sasl.jaas.config", jaas(ADMIN));
        settings.put("sasl.mechanism.inter.broker.protocol", BROKER_MECHANISM);
        settings.put("sasl.mechanism.controller.protocol", BROKER_MECHANISM);
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:%s;User:%s".formatted(ADMIN, BROKER));
        settings.put("allow.everyone.if.no.acl.found", "false");
        if (isOverTls) {
            settings.put("ssl.keystore.location", keyStore().toString());
            settings.put("ssl.keystore.type", STORE_TYPE);
            settings.put("ssl.keystore.password", secret(STORE));
            settings.put("ssl.key.password", secret(STORE));
            settings.put("ssl.truststore.location", trustStore().toString());
            settings.put("ssl.truststore.type", STORE_TYPE);
            settings.put("ssl.truststore.password", secret(STORE));
        }
        return settings;
    }

    /** Kafka's name of how clients come. */
    String protocol() {
        return isOverTls ? "SASL_SSL" : "SASL_PLAINTEXT";
    }

    /** Kafka's name of how the broker comes to its controller. */
    static String controllerProtocol() {
        return "SASL_PLAINTEXT";
    }

    private Map<String, String> client(String name) {
        return client(MECHANISM, jaas(name));
    }

    private Map<String, String> client(String mechanism, String jaas) {
        Map<String, String> settings = new HashMap<>();
        settings.put("security.protocol", protocol());
        settings.put("sasl.mechanism", mechanism);
        settings.put("sasl.jaas.config", jaas);
        if (isOverTls) {
            settings.put("ssl.truststore.location", trustStore().toString());
            settings.put("ssl.truststore.type", STORE_TYPE);
            settings.put("ssl.truststore.password", secret(STORE));
        }
        return Map.copyOf(settings);
    }

    private String jaas(String name) {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                .formatted(name, secret(name));
    }

    private String plainJaas() {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\" user_%s=\"%s\";"
                .formatted(BROKER, secret(BROKER), BROKER, secret(BROKER));
    }

    private String secret(String name) {
        return Objects.requireNonNull(secrets.get(name), name);
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

    private static List<String> logins() {
        List<String> names = new ArrayList<>(List.of(ADMIN));
        Arrays.stream(Program.values()).map(TopicAccess::defaultName).forEach(names::add);
        return names;
    }

    private static void write(Path file, Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        StringWriter text = new StringWriter();
        properties.store(text, null);
        PrivateFiles.write(file, text.toString());
    }

    private static String secret(SecureRandom random) {
        return new BigInteger(SECRET_BITS, random).toString(Character.MAX_RADIX);
    }

    /**
     * Makes the certificate, and last, since its presence says that all is there, who trusts it.
     */
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
        Path made = directory.resolve("trust.p12.tmp");
        try (OutputStream out = Files.newOutputStream(made)) {
            trusted.store(out, password.toCharArray());
        }
        Files.move(made, directory.resolve("trust.p12"), StandardCopyOption.ATOMIC_MOVE);
    }
}
