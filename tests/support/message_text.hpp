// A decoded message as text, all of it: two decodings agree if their texts do.
#pragma once

#include <string>

#include "acts/base/result.hpp"

#include "binance/messages.hpp"

namespace acts::test {

// "[symbol|stream|instrument] depth U 1 u 2 ...", or "refused" for an error, whatever its words.
std::string message_text(const Result<binance::Message>& message);

}  // namespace acts::test
