// The weights of a convolution in the order in which its innermost loop reads them.
#include "sparse.h"
#include "../shared/dispatch.h"

enum { lanes = 16 };

DITTA_KERNEL void ditta_pack_panels(float *panels, const float *matrices, size_t volume, size_t inputs, size_t outputs,
                                    int transposed) {
    size_t rowStep = transposed ? 1 : outputs, columnStep = transposed ? inputs : 1;
    size_t vectors = (outputs + lanes - 1) / lanes;
    for (size_t k = 0; k < volume; k++) {
        const float *matrix = matrices + k * inputs * outputs;
        for (size_t v = 0; v < vectors; v++) {
            float *panel = panels + (k * vectors + v) * inputs * lanes;
            size_t some = outputs - v * lanes < lanes ? outputs - v * lanes : lanes;
            for (size_t i = 0; i < inputs; i++) {
                const float *from = matrix + i * rowStep + v * lanes * columnStep;
                for (size_t j = 0; j < lanes; j++) panel[i * lanes + j] = j < some ? from[j * columnStep] : 0;
            }
        }
    }
}
