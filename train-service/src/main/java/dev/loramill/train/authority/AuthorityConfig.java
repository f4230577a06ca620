package dev.loramill.train.authority;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** By what others know that this service decided, and by what it knows workers. */
@ConfigMapping(prefix = "loramill.train.authority")
interface AuthorityConfig {
    /**
     * File of the Ed25519 key (PKCS#8, PEM) that signs announcements of adapters; the same for all
     * replicas of this service. It is made at the first start where there is none; its public half,
     * which serve-service needs, lies beside it under the name with {@code .pub} behind it.
     */
    @WithDefault(".loramill/authority/announcements.pem")
    Path signingKey();

    /**
     * File of the secret that workers register with, 32 bytes at least; the same as {@code
     * loramill.worker.secret} of every worker.
     */
    @WithDefault(".loramill/authority/worker-secret")
    Path workerSecret();
}
