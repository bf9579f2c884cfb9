// Parameters that strategies share, declared once.
#pragma once

#include <string_view>

#include "acts/strategy/parameters.hpp"

namespace acts::strategy {

constexpr ParameterSpec quantity_parameter(std::string_view help) {
  return {.name = "quantity",
          .type = ParameterType::kDecimal,
          .help = help,
          .default_text = "0.1",
          .least = "0.000000000000000001",
          .most = "1000000000000"};
}
inline constexpr ParameterSpec kOrderQuantity =
    quantity_parameter("of each order, base asset, or contracts if they are inverse or not of size 1");
inline constexpr ParameterSpec kHeldQuantity =
    quantity_parameter("what is held, base asset, or contracts if they are inverse or not of size 1");

inline constexpr ParameterSpec kMaxPosition{.name = "max_position",
                                            .type = ParameterType::kDecimal,
                                            .help = "beyond it a side has no order, in the unit of quantity",
                                            .default_text = "1",
                                            .least = "0",
                                            .most = "1000000000000000"};

}  // namespace acts::strategy
