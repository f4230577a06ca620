package dev.loramill.stress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between clients and a server on the loopback interface, and fails as networks do: it cuts
 * connections, at once or behind a chosen byte, holds what is under way, delays it, and takes no
 * connections.
 */
final class TcpProxy implements AutoCloseable {
    private static final int CHUNK_BYTES = 16 << 10;
    private static final int CONNECT_MILLIS = 5_000;
    private static final long NEVER = -1;

    private final ServerSocket door;
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean isHeld;
    private long bytesUntilCut = NEVER;
    private volatile boolean isRefusing;
    private volatile long delayMillis;

    /**
     * Listens on a free port.
     *
     * @param target port of the server, which need not be there yet
     */
    TcpProxy(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy-" + target).start(this::listen);
    }

    int port() {
        return door.getLocalPort();
    }

    /** Number of connections at the moment. */
    int connections() {
        return links.size();
    }

    /** Resets all connections. */
    void cut() {
        links.forEach(Link::reset);
    }

    /**
     * Resets the connection that carries a certain byte, right behind that byte.
     *
     * @param bytes bytes of all connections, in both directions, until then; at least 1
     */
    void cutAfter(long bytes) {
        lock.lock();
        try {
            bytesUntilCut = bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Resets all connections and those that come, until it is told otherwise. */
    void refuse(boolean refuses) {
        isRefusing = refuses;
        if (refuses) {
            cut();
        }
    }

    /** Holds every byte on its way, with connections open, until it is told otherwise. */
    void hold(boolean holds) {
        lock.lock();
        try {
            isHeld = holds;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Delays every piece of data; zero for not at all. */
    void delay(Duration delay) {
        delayMillis = delay.toMillis();
    }

    @Override
    public void close() throws IOException {
        door.close();
        hold(false);
        cut();
    }

    private void listen() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                // Closed, or one client has gone before it was let in.
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        Link link = new Link(client, server);
        if (isRefusing) {
            link.reset();
            return;
        }
        try {
            server.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), target),
                    CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            link.reset();
            return;
        }
        links.add(link);
        if (isRefusing) {
            link.reset();
        }
        Thread.ofVirtual().start(() -> carry(link, client, server));
        Thread.ofVirtual().start(() -> carry(link, server, client));
    }

    private void carry(Link link, Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                long delay = delayMillis;
                if (delay > 0) {
                    TimeUnit.MILLISECONDS.sleep(delay);
                }
                int allowed = allowed(count);
                out.write(chunk, 0, allowed);
                if (allowed < count) {
                    link.reset();
                    return;
                }
            }
            // One side has ended; what is under way the other way ends with it.
            link.end();
        } catch (IOException e) {
            link.reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            link.reset();
        }
    }

    /** Waits while bytes are held; how many of some may pass before the cut. */
    private int allowed(int count) throws InterruptedException {
        lock.lock();
        try {
            while (isHeld) {
                changed.await();
            }
            if (bytesUntilCut == NEVER) {
                return count;
            }
            if (bytesUntilCut >= count) {
                bytesUntilCut -= count;
                return count;
            }
            int allowed = (int) bytesUntilCut;
            bytesUntilCut = NEVER;
            return allowed;
        } finally {
            lock.unlock();
        }
    }

    /** A client's connection, and that to the server on its behalf. */
    private final class Link {
        private final Socket client;
        private final Socket server;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        /** Ends both as a machine does that is gone. */
        void reset() {
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    // It is closed already.
                }
            }
            end();
        }

        void end() {
            links.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // There is nothing left to close.
                }
            }
        }
    }
}
