package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayConfigTest {
    private static final RelayConfig.FilesConfig NONE = new RelayConfig.FilesConfig("", "", "");
    private static final RelayConfig.FilesConfig FILES = new RelayConfig.FilesConfig("a", "b", "c");

    private static InetSocketAddress address(String host, int port) {
        return InetSocketAddress.createUnresolved(host, port);
    }

    private static RelayConfig config(
            List<InetSocketAddress> listen, List<InetSocketAddress> advertised, RelayConfig.FilesConfig tls) {
        Duration time = Duration.ofSeconds(1);
        return new RelayConfig(listen, advertised, tls, time, time, 1, 1, 1, 1);
    }

    @Test
    void aListenerNeedsFiles() {
        assertThatThrownBy(() -> config(List.of(address("0.0.0.0", 1)), List.of(), NONE))
                .hasMessageStartingWith("tls: missing");
        assertThatThrownBy(() -> new RelayConfig.FilesConfig("a", "", "c"))
                .hasMessageStartingWith("ca, certificate and key: ");
    }

    @Test
    void onlyAddressesAreAdvertised() {
        assertThatThrownBy(() -> config(List.of(), List.of(address("relay.example.com", 1)), NONE))
                .hasMessageStartingWith("advertised: \"relay.example.com:1\"");
        assertThatThrownBy(() -> config(List.of(), List.of(address("10.0.0.1", 0)), NONE))
                .hasMessageStartingWith("advertised: \"10.0.0.1:0\"");
    }

    @Test
    void whatIsListenedOnIsAnnouncedUnlessItIsEveryAddress() {
        List<InetSocketAddress> bound = List.of(
                new InetSocketAddress("127.0.0.1", 5),
                new InetSocketAddress("0.0.0.0", 6),
                new InetSocketAddress("::1", 7));
        assertThat(config(List.of(), List.of(), FILES).announced(bound))
                .containsExactly("127.0.0.1:5", "[0:0:0:0:0:0:0:1]:7");
        assertThat(config(List.of(), List.of(address("10.0.0.1", 1), address("fd00::1", 2)), FILES)
                        .announced(bound))
                .containsExactly("10.0.0.1:1", "[fd00::1]:2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:1", "[::1]:65535", "[fd00::1]:443"})
    void announcedAddressesAreRead(String text) {
        RelayEntry entry = Objects.requireNonNull(RelayEntry.parse(text));
        assertThat(entry.name()).isEqualTo(text);
        assertThat(entry.address().isUnresolved()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":1",
                "10.0.0.1",
                "10.0.0.1:",
                "10.0.0.1:0",
                "10.0.0.1:65536",
                "10.0.0.1:123456789",
                "10.0.0.1:-1",
                "10.0.0.1:+1",
                "10.0.0.256:1",
                "[10.0.0.1]:1",
                "::1:1",
                "[::1]",
                "[fe80::1%1]:1",
                "example.com:1",
                "localhost:1",
            })
    void anythingElseIsNot(String text) {
        assertThat(RelayEntry.parse(text)).isNull();
    }
}
