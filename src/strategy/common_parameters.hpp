// Parameters that strategies share, declared once.
#pragma once

#include "acts/strategy/parameters.hpp"

namespace acts::strategy {

inline constexpr ParameterSpec kOrderQuantity{.name = "quantity",
                                              .type = ParameterType::kDecimal,
                                              .help = "of each order, base asset",
                                              .default_text = "0.1",
                                              .least = "0.000000000000000001",
                                              .most = "1000000000000"};

inline constexpr ParameterSpec kHeldQuantity{.name = "quantity",
                                             .type = ParameterType::kDecimal,
                                             .help = "what is held, base asset",
                                             .default_text = "0.1",
                                             .least = "0.000000000000000001",
                                             .most = "1000000000000"};

inline constexpr ParameterSpec kMaxPosition{.name = "max_position",
                                            .type = ParameterType::kDecimal,
                                            .help = "beyond it a side has no order, base asset",
                                            .default_text = "1",
                                            .least = "0",
                                            .most = "1000000000000000"};

}  // namespace acts::strategy
