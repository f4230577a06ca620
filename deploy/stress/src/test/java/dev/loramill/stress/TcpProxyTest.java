package dev.loramill.stress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private static final int SILENCE_MILLIS = 300;
    private static final int PATIENCE_MILLIS = 10_000;

    private ServerSocket server;
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        // Says back what it hears.
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try {
                            Socket client = server.accept();
                            Thread.ofVirtual()
                                    .start(() -> {
                                        try (client) {
                                            client.getInputStream()
                                                    .transferTo(client.getOutputStream());
                                        } catch (IOException e) {
                                            // It was cut, which is what is tried here.
                                        }
                                    });
                        } catch (IOException e) {
                            // The test has ended.
                        }
                    }
                });
        proxy = new TcpProxy(server.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void bytesGoThroughBothWays() throws IOException {
        try (Socket client = connect()) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void aCutEndsConnectionsAndOthersMayCome() throws IOException {
        try (Socket client = connect()) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
            proxy.cut();

            assertThatThrownBy(() -> echo(client, "again")).isInstanceOf(IOException.class);
        }
        try (Socket client = connect()) {
            assertThat(echo(client, "later")).isEqualTo("later");
        }
    }

    @Test
    void aCutComesBehindTheByteThatWasChosen() throws IOException {
        try (Socket client = connect()) {
            // Five go there and three come back.
            proxy.cutAfter(8);
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));

            byte[] answer = new byte[5];
            int count = 0;
            try {
                int read = client.getInputStream().read(answer);
                while (read >= 0) {
                    count += read;
                    read = client.getInputStream().read(answer, count, answer.length - count);
                }
            } catch (IOException e) {
                // Reset, behind what has come.
            }
            assertThat(count).isLessThanOrEqualTo(3);
            assertThatThrownBy(() -> echo(client, "again")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsHeldComesLater() throws IOException {
        try (Socket client = connect()) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
            proxy.hold(true);
            client.setSoTimeout(SILENCE_MILLIS);
            client.getOutputStream().write("wait".getBytes(StandardCharsets.US_ASCII));

            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);

            proxy.hold(false);
            client.setSoTimeout(PATIENCE_MILLIS);
            assertThat(read(client, 4)).isEqualTo("wait");
        }
    }

    @Test
    void whoIsRefusedGetsNoAnswer() throws IOException {
        proxy.refuse(true);

        assertThatThrownBy(
                        () -> {
                            try (Socket client = connect()) {
                                echo(client, "hello");
                            }
                        })
                .isInstanceOf(IOException.class);

        proxy.refuse(false);
        try (Socket client = connect()) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(PATIENCE_MILLIS);
        return client;
    }

    private static String echo(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return read(client, text.length());
    }

    private static String read(Socket client, int count) throws IOException {
        byte[] bytes = client.getInputStream().readNBytes(count);
        if (bytes.length < count) {
            throw new IOException("the connection ended after %d bytes".formatted(bytes.length));
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
