package dev.loramill.trainer.bench;

/**
 * What PEFT measured of its own run, and of both adapters.
 *
 * @param run its run
 * @param adapterEvalLoss of its adapter on the base in single precision
 * @param oursEvalLoss of our adapter, evaluated by PEFT in the same way
 * @param tokensPerRealToken tokens that it computes for each real one, since it pads each batch to
 *     its longest row; at least 1
 */
record PeftFigures(
        RunFigures run, double adapterEvalLoss, double oursEvalLoss, double tokensPerRealToken) {}
