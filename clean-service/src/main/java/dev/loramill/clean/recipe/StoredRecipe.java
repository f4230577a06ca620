package dev.loramill.clean.recipe;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** The document of a recipe, kept for good under its digest. */
@Entity(name = "StoredRecipe")
@Table(name = "recipe")
class StoredRecipe {
    @Id
    @Column(name = "digest", updatable = false)
    String digest;

    @Column(name = "name", nullable = false, updatable = false)
    String name;

    @Column(name = "document", nullable = false, updatable = false)
    String document;

    /** For Hibernate. */
    protected StoredRecipe() {
        this("", "", "");
    }

    private StoredRecipe(String digest, String name, String document) {
        this.digest = digest;
        this.name = name;
        this.document = document;
    }

    static StoredRecipe of(Recipe recipe) {
        return new StoredRecipe(
                recipe.reference().digest(),
                recipe.reference().name(),
                recipe.document().toString());
    }
}
