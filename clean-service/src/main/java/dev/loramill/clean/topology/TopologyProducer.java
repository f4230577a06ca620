package dev.loramill.clean.topology;

import dev.loramill.clean.recipe.RecipeLookup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the cleaning topology to {@code quarkus-kafka-streams}, which runs it, exactly once, from
 * the time its topics are there until the service ends. Settings: {@code kafka-streams.*}.
 */
@ApplicationScoped
class TopologyProducer {
    private static final Logger LOG = LoggerFactory.getLogger(TopologyProducer.class);

    @Produces
    @Singleton
    Topology topology(RecipeLookup recipes, TopologyConfig config, TakenRows taken) {
        LOG.atInfo()
                .addKeyValue("threads", config.threads())
                .addKeyValue("stateDirectory", config.stateDirectory())
                .log("The cleaning topology is built");
        return CleaningTopology.build(recipes, Stores::persistentKeyValueStore, taken);
    }
}
