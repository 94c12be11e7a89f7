package io.grouter.link;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.JChannel;
import org.jgroups.protocols.BasicTCP;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.PerDestinationBundler;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.DiagnosticsHandler;
import org.jgroups.stack.Protocol;
import org.jgroups.util.SocketFactory;

/**
 * The two JGroups stacks, every value in one place.
 *
 * <p>JGroups gives membership, failure detection and small messages over TCP. Left out on purpose: its state transfer
 * and its cross-site relay (replication is the protocol's job), its diagnostics port, and flow control on the WAN
 * channel (a blocked peer must never block the sender; the window towards each peer bounds what is under way).
 */
final class Stacks {
    /** A full buffer would block the thread that also sends membership messages to everyone, so it is a large one. */
    private static final int SEND_BUFFER_BYTES = 1 << 20;

    private static final int MAX_FRAME_BYTES = 4 << 20;
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int FRAGMENT_BYTES = 60_000;

    private Stacks() {}

    /** Counts what it drops, which JGroups only shows over JMX. */
    private static final class CountingBundler extends PerDestinationBundler {
        long drops() {
            return num_drops_on_full_queue.sum();
        }
    }

    /** Returns the channel between the nodes of one site: quick to notice, flow-controlled. */
    static JChannel local(LinkConfig config, SocketFactory sockets) throws Exception {
        List<Protocol> stack = bottom(config.local(), List.of(), config.localPeers(), sockets);
        stack.add(new MERGE3().setMinInterval(500).setMaxInterval(1_500));
        stack.add(new FD_ALL3().setTimeout(4_000).setInterval(1_000));
        stack.add(new VERIFY_SUSPECT2().setTimeout(500));
        middle(stack, config.joinTimeout().toMillis() / 2);
        stack.add(new MFC());
        stack.add(new FRAG4().setFragSize(FRAGMENT_BYTES));
        return new JChannel(stack);
    }

    /** Returns the channel between the speakers of all sites: patient, never blocking. */
    static JChannel wan(LinkConfig config, SocketFactory sockets) throws Exception {
        List<Protocol> stack = bottom(config.wan(), config.wanAdvertised(), config.wanPeers(), sockets);
        stack.add(new MERGE3().setMinInterval(1_000).setMaxInterval(4_000));
        stack.add(new FD_ALL3().setTimeout(8_000).setInterval(2_000));
        stack.add(new VERIFY_SUSPECT2().setTimeout(1_000));
        middle(stack, config.joinTimeout().toMillis());
        stack.add(new FRAG4().setFragSize(FRAGMENT_BYTES));
        return new JChannel(stack);
    }

    private static List<Protocol> bottom(
            InetSocketAddress bind,
            List<InetSocketAddress> advertised,
            List<InetSocketAddress> peers,
            SocketFactory sockets)
            throws Exception {
        InetAddress address = InetAddress.getByName(bind.getHostString());
        PerDestinationBundler bundler = new CountingBundler();
        bundler.useSingleSenderThread(false); // one stuck peer must not hold up the others
        TCP tcp = new TCP();
        tcp.setBindAddr(address).setBindPort(bind.getPort()).setPortRange(0);
        for (InetSocketAddress each : advertised) {
            tcp.setExternalAddr(InetAddress.getByName(each.getHostString())).setExternalPort(each.getPort());
        }
        BasicTCP basic = tcp;
        basic.setClientBindAddr(address) // so that a firewall between the sites sees the address it knows
                .setSendBufSize(SEND_BUFFER_BYTES)
                .setMaxLength(MAX_FRAME_BYTES)
                .setSockConnTimeout(CONNECT_TIMEOUT_MILLIS)
                .enableSuspectEvents(true) // a closed connection is looked into at once
                .tcpNodelay(true); // else Nagle's algorithm adds tens of milliseconds
        tcp.logAcceptError(false); // counted and logged once per address by PeerSockets
        tcp.setSocketFactory(sockets);
        tcp.setBundler(bundler);
        tcp.useVirtualThreads(false); // the same threads on every JDK
        tcp.setDiagnosticsHandler(new DiagnosticsHandler().setEnabled(false));
        TCPPING discovery = new TCPPING();
        discovery.setInitialHosts(resolve(peers));
        discovery.setPortRange(0);
        discovery.asyncDiscovery(true);
        List<Protocol> stack = new ArrayList<>();
        stack.add(tcp);
        stack.add(discovery);
        return stack;
    }

    private static void middle(List<Protocol> stack, long joinTimeoutMillis) {
        stack.add(new NAKACK2().useMcastXmit(false).setXmitInterval(500));
        stack.add(new UNICAST3().setXmitInterval(500));
        stack.add(new STABLE().setDesiredAverageGossip(50_000));
        stack.add(new GMS().setJoinTimeout(Math.max(100, joinTimeoutMillis)).printLocalAddress(false));
    }

    /** Looks the peers' names up; those that have no address now are left out until the next time. May block. */
    private static List<InetSocketAddress> resolve(List<InetSocketAddress> peers) {
        return peers.stream()
                .map(peer -> new InetSocketAddress(peer.getHostString(), peer.getPort()))
                .filter(peer -> !peer.isUnresolved())
                .toList();
    }

    /** Looks the peers' names up again, so that a peer whose address changed is found under the new one. May block. */
    static void refreshPeers(JChannel channel, List<InetSocketAddress> peers) {
        TCPPING discovery = channel.getProtocolStack().findProtocol(TCPPING.class);
        discovery.setInitialHosts(resolve(peers));
    }

    /** Returns how many messages a channel did not send because too many to one destination were waiting. */
    static long unsent(JChannel channel) {
        TCP tcp = (TCP) channel.getProtocolStack().getTransport();
        return tcp.getBundler() instanceof CountingBundler bundler ? bundler.drops() : 0;
    }

    /** Returns how many received messages a channel did not deliver because too many were being delivered. */
    static long undelivered(JChannel channel) {
        return channel.getProtocolStack().getTransport().getThreadPool().numberOfRejectedMessages();
    }
}
