// The name that somebody who made a slip of the finger probably meant: for messages about what was typed. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace acts {

// Insertions, deletions, replacements and swaps of neighbouring bytes that lead from a to b.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `names`, the first of several; "" if none is near.
std::string_view nearest_name(std::string_view typed, std::span<const std::string_view> names);

}  // namespace acts
