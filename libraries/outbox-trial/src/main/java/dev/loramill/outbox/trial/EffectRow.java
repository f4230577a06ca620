package dev.loramill.outbox.trial;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** That a record took effect. */
@Entity(name = "EffectRow")
@Table(name = "effect")
class EffectRow {
    @Id UUID id;

    @Column(name = "value", nullable = false)
    String value;

    /** For Hibernate. */
    protected EffectRow() {
        this("");
    }

    EffectRow(String value) {
        this.id = UUID.randomUUID();
        this.value = value;
    }
}
