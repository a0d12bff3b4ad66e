#pragma once

int bottom();
