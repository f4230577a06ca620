package dev.loramill.clean.recipe;

import dev.loramill.events.RecipeReference;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** What a recipe's name stands for now. */
@Entity(name = "RecipeName")
@Table(name = "recipe_name")
class RecipeName {
    @Id
    @Column(name = "name", updatable = false)
    String name;

    @Column(name = "digest", nullable = false)
    String digest;

    /** For Hibernate. */
    protected RecipeName() {
        this("", "");
    }

    RecipeName(String name, String digest) {
        this.name = name;
        this.digest = digest;
    }

    RecipeReference reference() {
        return new RecipeReference(name, digest);
    }
}
