package dev.loramill.local.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void portsHaveTheirDocumentedDefaults() throws LaunchException {
        Ports ports = Ports.of(Map.of());

        assertThat(ports.of(Service.INGEST)).isEqualTo(8081);
        assertThat(ports.of(Service.CLEAN)).isEqualTo(8082);
        assertThat(ports.of(Service.TRAIN)).isEqualTo(8083);
        assertThat(ports.of(Service.SERVE)).isEqualTo(8084);
        assertThat(ports.of(Service.WORKER)).isEqualTo(8085);
        assertThat(ports.of(Ports.KAFKA)).isEqualTo(19092);
        assertThat(ports.of(Ports.POSTGRES)).isEqualTo(15432);
    }

    @Test
    void aVariableMovesAPort() throws LaunchException {
        assertThat(Ports.of(Map.of("LORAMILL_PORT_CLEAN", "9002")).of(Service.CLEAN))
                .isEqualTo(9002);
    }

    @Test
    void allWrongPortsAreNamedAtOnce() {
        assertThatThrownBy(() ->
                        Ports.of(
                                Map.of(
                                        "LORAMILL_PORT_CLEAN",
                                        "0",
                                        "LORAMILL_PORT_SERVE",
                                        "many",
                                        "LORAMILL_PORT_KAFKA",
                                        "8081")))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("LORAMILL_PORT_CLEAN must be a port in [1, 65535], got \"0\"")
                .hasMessageContaining("LORAMILL_PORT_SERVE")
                .hasMessageContaining("\"many\"")
                .hasMessageContaining("port 8081 is given to both ingest and kafka");
    }

    @Test
    void aTakenPortIsNamedWithWhoNeedsItAndHowToMoveIt() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<String, String> environment =
                    new HashMap<>(Map.of("LORAMILL_PORT_TRAIN", "" + other.getLocalPort()));

            assertThatThrownBy(() -> Ports.of(environment).requireFree(Set.of()))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("port " + other.getLocalPort() + " is taken")
                    .hasMessageContaining("train needs it")
                    .hasMessageContaining("LORAMILL_PORT_TRAIN=NUMBER");
        }
    }
}
